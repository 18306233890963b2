package dev.partita.lab.workload;

import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.results.WorkloadCard;
import dev.partita.lab.results.WorkloadCard.RequestClass;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Requests in proportion, over so many connections.
///
/// Its file has lines of `key: value`, and lines of `weight method path` as `partita load --mix` has them:
///
///     title: 5 ms of work in 1 of 200
///     about: Short requests behind long ones.
///     protocol: P2
///     995 GET /work?micros=5
///     5   GET /work?micros=5000
///
/// @param name the file's
/// @param title a few words
/// @param about what it is and what it separates
/// @param protocol where server and generator run when models are compared
/// @param share of the best model's capacity that the load is, in an open loop; 0 for a closed loop
/// @param connections open at once
/// @param requestsPerConnection 0 for any number
/// @param idle further connections that say nothing
/// @param skewed true if one connection more carries as many requests as all others together
/// @param tuned whether the number of workers is chosen by trial
/// @param files what is served from a folder
/// @param overload multiples of the capacity that follow each other; empty but for overload
/// @param mix the requests
public record Workload(
        String name,
        String title,
        String about,
        Protocol protocol,
        double share,
        int connections,
        int requestsPerConnection,
        int idle,
        boolean skewed,
        boolean tuned,
        Files files,
        List<Double> overload,
        List<RequestClass> mix) {

    /// All of them, in the order in which a full run takes them.
    public static final List<String> NAMES =
            List.of("short", "bimodal", "cpu", "blocking", "hot", "cold", "idle", "connect", "skewed", "overload");

    /// The ones of a quick run.
    public static final List<String> QUICK = List.of("short", "bimodal", "blocking");

    private static final int CONNECTIONS = 64;

    /// Which files there are.
    public enum Files {
        /// None are served.
        NONE,
        /// A few small ones, in memory.
        HOT,
        /// Many large ones, put out of memory before each trial.
        COLD
    }

    /// Reads the file of that name.
    ///
    /// @throws IllegalArgumentException if there is none
    public static Workload named(String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException("there is no workload '" + name + "'");
        }
        try (InputStream in = Workload.class.getResourceAsStream(name + ".workload")) {
            if (in == null) {
                throw new IllegalStateException("the file of the workload " + name + " is missing");
            }
            return parse(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /// A workload for a user's own handler.
    public static Workload of(List<RequestClass> mix) {
        return new Workload("own", "your handler", "The requests that you named, in equal parts.", Protocol.P2, 0.4,
                CONNECTIONS, 0, 0, false, true, Files.NONE, List.of(), mix);
    }

    static Workload parse(String name, String text) {
        Map<String, String> keys = new HashMap<>();
        List<RequestClass> mix = new ArrayList<>();
        for (String line : text.lines().map(String::strip).toList()) {
            if (Character.isDigit(line.isEmpty() ? ' ' : line.charAt(0))) {
                String[] fields = line.split("\\s+", 2);
                mix.add(new RequestClass(fields[1], Integer.parseInt(fields[0])));
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                int colon = line.indexOf(':');
                keys.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        }
        List<Double> overload = new ArrayList<>();
        for (String each : keys.getOrDefault("overload", "").split(" ", -1)) {
            if (!each.isEmpty()) {
                overload.add(Double.parseDouble(each));
            }
        }
        return new Workload(name, keys.getOrDefault("title", name), keys.getOrDefault("about", ""),
                Protocol.valueOf(keys.getOrDefault("protocol", "P2")),
                Double.parseDouble(keys.getOrDefault("share", "0")),
                Integer.parseInt(keys.getOrDefault("connections", Integer.toString(CONNECTIONS))),
                Integer.parseInt(keys.getOrDefault("requests-per-connection", "0")),
                Integer.parseInt(keys.getOrDefault("idle", "0")),
                keys.getOrDefault("skewed", "no").equals("yes"),
                keys.getOrDefault("tuned", "no").equals("yes"),
                Files.valueOf(keys.getOrDefault("files", "none").toUpperCase(java.util.Locale.ROOT)),
                overload, List.copyOf(mix));
    }

    /// The same with another number of connections.
    public Workload connections(int other) {
        return new Workload(name, title, about, protocol, share, other, requestsPerConnection, idle, skewed, tuned,
                files, overload, mix);
    }

    /// The same with another number of idle connections.
    public Workload idle(int other) {
        return new Workload(name, title, about, protocol, share, connections, requestsPerConnection, other, skewed,
                tuned, files, overload, mix);
    }

    /// The same with requests that it consists of instead.
    public Workload mix(String otherName, String otherTitle, List<RequestClass> other) {
        return new Workload(otherName, otherTitle, about, protocol, share, connections, requestsPerConnection, idle,
                skewed, tuned, files, overload, other);
    }

    /// The class of the requests that should be quick: the first one.
    public String shortClass() {
        return mix.getFirst().name();
    }

    /// For the results.
    public WorkloadCard card(String app) {
        return new WorkloadCard(name, title, about, mix, connections, requestsPerConnection, idle, app);
    }
}
