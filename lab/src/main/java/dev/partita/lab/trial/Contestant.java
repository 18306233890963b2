package dev.partita.lab.trial;

import java.util.ArrayList;
import java.util.List;

/// A model as it was configured for a server of its own.
///
/// @param model its name on the command line, and [#IN_PROCESSES] behind it where its workers are processes
/// @param transport such as `epoll`, or `auto`
/// @param options of the model, one string each, such as `--workers 2`
/// @param extra further options of the server that a claim is about
public record Contestant(String model, String transport, List<String> options, List<String> extra) {
    /// Behind the name of a model whose workers are processes.
    public static final String IN_PROCESSES = "/processes";

    /// Copies the lists.
    public Contestant {
        options = List.copyOf(options);
        extra = List.copyOf(extra);
    }

    /// With no extra options.
    public Contestant(String model, String transport, List<String> options) {
        this(model, transport, options, List.of());
    }

    /// The same with one option more.
    public Contestant with(String option) {
        List<String> more = new ArrayList<>(extra);
        more.add(option);
        return new Contestant(model, transport, options, more);
    }

    /// All options that are not the model's name and transport.
    public List<String> server() {
        List<String> all = new ArrayList<>(options);
        all.addAll(extra);
        return all;
    }

    /// The model's name without what its workers are.
    public String base() {
        return isInProcesses() ? model.substring(0, model.length() - IN_PROCESSES.length()) : model;
    }

    /// Whether its workers are processes.
    public boolean isInProcesses() {
        return model.endsWith(IN_PROCESSES);
    }

    /// As separate arguments of a command line.
    public List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of("--model", base(), "--transport", transport));
        if (isInProcesses()) {
            arguments.addAll(List.of("--isolation", "processes"));
        }
        for (String each : server()) {
            arguments.addAll(List.of(each.split(" ", -1)));
        }
        return arguments;
    }
}
