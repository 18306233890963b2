package dev.partita.lab.claims;

import dev.partita.lab.results.Claim;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.trial.Case;
import dev.partita.lab.trial.Contestant;
import dev.partita.lab.trial.Folder;
import dev.partita.lab.workload.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The article's low-level tricks.
final class TrickClaims {
    static final Question ALLOCATION = new Question(14, "Avoiding allocation matters",
            "Avoid dynamic memory allocation. [...] Most of the models above can be implemented with completely static (or"
                    + " pre-allocated) network and/or buffers",
            "SPED: the same reply of 13 bytes, by a handler that allocates nothing, 1, 8 and 64 KiB for each request. P1, closed"
                    + " loop: CPU for a request; P2, open loop, 0.4 of the capacity: p99. Confirmed if 8 KiB cost 5 % more CPU or"
                    + " more; depends if only 64 KiB do.",
            TrickClaims::allocation);

    static final Question SOCKETS = new Question(15, "Deferred accept, sendfile, Nagle, linger, congestion control",
            "Use the maximum that the OS can provide. [...] it usually makes sense to disable Nagle's algorithm, and it can make"
                    + " sense to disable lingering if the (re)connection rate is high. Learn about TCP congestion control algorithms",
            "SPED: each option against the server without it; deferred accept and linger with a connection for each request,"
                    + " Nagle's algorithm on kept connections; sendfile for a file of 256 KiB against the same number of bytes"
                    + " sent from memory (sendfile itself has no switch in this server). P1, closed loop: CPU for a request;"
                    + " but for sendfile also P2, open loop, 0.4 of the capacity: the median latency. An option matters here"
                    + " if CPU differs by 5 % or the latency by 25 %, or more. Confirmed if all of them do, depends if some"
                    + " do. Congestion control cannot show on a loopback device, which loses and delays nothing.",
            TrickClaims::sockets);

    private static final double MATTERS = 0.05;
    private static final double LATE = 0.25;
    private static final int LARGE_CONNECTIONS = 8;

    private TrickClaims() {}

    private static Claim allocation(Examination on) throws IOException, InterruptedException {
        Workload none = garbage(0);
        List<Workload> some = List.of(garbage(1), garbage(8), garbage(64));
        List<Case> cases = new ArrayList<>(List.of(Case.closed(on.sped(), none, Protocol.P1)));
        some.forEach(each -> cases.add(Case.closed(on.sped(), each, Protocol.P1)));
        List<List<Trial>> trials = on.measure(cases);
        List<Measured> cpu = new ArrayList<>();
        for (int i = 0; i < some.size(); i++) {
            cpu.add(on.ratio(some.get(i).title() + " / none, CPU per request", trials.get(i + 1), trials.getFirst(),
                    Examination::cpu));
        }
        double rate = on.rate(on.sped(), some.getLast(), Examination.REFERENCE);
        on.note("no garbage: p99", on.open(none, rate, on.sped()).getFirst(), Examination.p99(), "ms");
        on.note(some.getLast().title() + ": p99", on.open(some.getLast(), rate, on.sped()).getFirst(),
                Examination.p99(),
                "ms");
        return on.halves(cpu.get(1).atLeast(1 + MATTERS), cpu.get(2).atLeast(1 + MATTERS),
                "how much: a JVM allocates a few objects for next to nothing, and pays for filling and collecting many",
                "not even 64 KiB for each request show");
    }

    private static Workload garbage(int kibibytes) {
        return Examination.of("garbage-" + kibibytes, kibibytes == 0 ? "no garbage" : kibibytes + " KiB of garbage",
                "/garbage?bytes=" + 1_024 * kibibytes);
    }

    private static Claim sockets(Examination on) throws IOException, InterruptedException {
        Contestant plain = on.sped();
        Contestant deferring = plain.with("--socket-option tcp-defer-accept=5");
        Contestant resetting = plain.with("--socket-option so-linger=0");
        Contestant gathering = plain.with("--socket-option tcp-nodelay=off");
        Workload kept = Examination.plaintext();
        Workload fresh = Workload.named("connect").mix("connect-p1", "a connection for each request",
                Workload.named("connect").mix());
        Map<String, Answer> matter = new LinkedHashMap<>();
        List<List<Trial>> connecting = on.closed(fresh, Protocol.P1, plain, deferring, resetting);
        List<List<Trial>> lasting = on.closed(kept, Protocol.P1, plain, gathering);
        List<List<Trial>> late =
                on.open(fresh, on.rate(plain, fresh, Examination.REFERENCE), plain, deferring, resetting);
        List<List<Trial>> lateKept =
                on.open(kept, on.rate(plain, kept, Examination.REFERENCE), plain, gathering);
        matter.put("deferred accept", matters(on, "deferred accept", List.of(connecting.get(1), late.get(1)),
                List.of(connecting.get(0), late.get(0))));
        matter.put("linger off", matters(on, "linger off (reset at the end)",
                List.of(connecting.get(2), late.get(2)), List.of(connecting.get(0), late.get(0))));
        matter.put("Nagle's algorithm on", matters(on, "Nagle's algorithm on",
                List.of(lasting.get(1), lateKept.get(1)), List.of(lasting.get(0), lateKept.get(0))));
        List<List<Trial>> large = on.measure(Case.closed(plain, large("sendfile", Folder.LARGE), Protocol.P1),
                Case.closed(plain, large("from-memory", "/stream?bytes=" + Folder.LARGE_BYTES), Protocol.P1));
        matter.put("sendfile", on.ratio("sendfile: with / from memory, CPU per request", large.get(0), large.get(1),
                Examination::cpu).differsBy(MATTERS));
        if (matter.containsValue(Answer.OPEN)) {
            return on.undecided();
        }
        List<String> showing =
                matter.keySet().stream().filter(each -> matter.get(each) == Answer.YES).toList();
        return showing.size() == matter.size()
                ? on.confirmed()
                : showing.isEmpty()
                        ? on.refuted("on the loopback device none of them shows; a real network has delays and losses")
                        : on.depends("which: here " + String.join(" and ", showing) + " show, the others do not; a real"
                                + " network has delays and losses that the loopback device has not");
    }

    private static Workload large(String name, String path) {
        return Examination.of(name, "256 KiB, " + name, path).connections(LARGE_CONNECTIONS);
    }

    /// @param with trials in a closed loop, and in an open one
    private static Answer matters(
            Examination on, String option, List<List<Trial>> with, List<List<Trial>> without) {
        Measured cpu = on.ratio(option + ": with / without, CPU per request", with.get(0), without.get(0),
                Examination::cpu);
        Measured p50 =
                on.ratio(option + ": with / without, median latency", with.get(1), without.get(1), Examination.p50());
        return cpu.differsBy(MATTERS).or(p50.differsBy(LATE));
    }
}
