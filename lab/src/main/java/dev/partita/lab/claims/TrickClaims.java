package dev.partita.lab.claims;

import dev.partita.lab.results.Claim;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.statistics.Interval;
import dev.partita.lab.trial.Case;
import dev.partita.lab.trial.Contestant;
import dev.partita.lab.workload.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The article's low-level tricks.
final class TrickClaims {
    static final Question ALLOCATION = new Question(14, "Avoiding allocation matters",
            "Avoid dynamic memory allocation. [...] Most of the models above can be implemented with completely static (or"
                    + " pre-allocated) network and/or buffers",
            "P1, closed loop, SPED: the same reply of 13 bytes, by a handler that allocates nothing, 1 KiB and 64 KiB for each"
                    + " request. Confirmed if 1 KiB costs 5 % more CPU or more; depends if only 64 KiB does.",
            TrickClaims::allocation);

    static final Question SOCKETS = new Question(15, "Deferred accept, sendfile, Nagle, linger, congestion control",
            "Use the maximum that the OS can provide. [...] it usually makes sense to disable Nagle's algorithm, and it can make"
                    + " sense to disable lingering if the (re)connection rate is high. Learn about TCP congestion control algorithms",
            "P1, closed loop, SPED: each option against the server without it; deferred accept and linger with a connection for"
                    + " each request, Nagle's algorithm on kept connections. An option matters here if CPU differs by 5 % or more."
                    + " Congestion control cannot show on a loopback device, which loses and delays nothing; sendfile has no"
                    + " switch in this server: it always uses it for what is not in its cache.",
            TrickClaims::sockets);

    private static final double MATTERS = 0.05;

    private TrickClaims() {}

    private static Claim allocation(Examination on) throws IOException, InterruptedException {
        Workload none = Examination.of("garbage-0", "no garbage", "/garbage?bytes=0");
        Workload little = Examination.of("garbage-1024", "1 KiB of garbage", "/garbage?bytes=1024");
        Workload much = Examination.of("garbage-65536", "64 KiB of garbage", "/garbage?bytes=65536");
        List<List<Trial>> trials = on.measure(Case.closed(on.sped(), none, Protocol.P1),
                Case.closed(on.sped(), little, Protocol.P1), Case.closed(on.sped(), much, Protocol.P1));
        List<Trial> zero = trials.get(0);
        List<Trial> some = trials.get(1);
        List<Trial> lots = trials.get(2);
        Measured small = on.ratio("1 KiB / none, CPU per request", some, zero, Examination::cpu);
        Measured large = on.ratio("64 KiB / none, CPU per request", lots, zero, Examination::cpu);
        return on.halves(small.atLeast(1 + MATTERS), large.atLeast(1 + MATTERS),
                "how much: a JVM allocates a few objects for next to nothing, and pays for filling and collecting many",
                "not even 64 KiB for each request show");
    }

    private static Claim sockets(Examination on) throws IOException, InterruptedException {
        Contestant plain = on.sped();
        // Under a name of its own: differences of 5 % show between trials that stand next to each other only.
        Workload kept = Examination.of("kept-p1", "a reply of 13 bytes", "/plaintext");
        Workload fresh = Workload.named("connect").mix("connect-p1", "a connection for each request",
                Workload.named("connect").mix());
        List<String> matter = new ArrayList<>();
        List<List<Trial>> connecting = on.closed(fresh, Protocol.P1, plain,
                plain.with("--socket-option tcp-defer-accept=5"), plain.with("--socket-option so-linger=0"));
        List<List<Trial>> lasting = on.closed(kept, Protocol.P1, plain,
                plain.with("--socket-option tcp-nodelay=off"));
        compare(on, "deferred accept", connecting.get(1), connecting.get(0), matter);
        compare(on, "linger off (reset at the end)", connecting.get(2), connecting.get(0), matter);
        compare(on, "Nagle's algorithm on", lasting.get(1), lasting.get(0), matter);
        return matter.isEmpty()
                ? on.depends("the network: on the loopback device none of them shows by 5 %")
                : on.depends(
                        "which: here " + String.join(" and ", matter) + " show, the others do not; a real network has"
                                + " delays and losses that the loopback device has not");
    }

    private static void compare(
            Examination on, String option, List<Trial> with, List<Trial> without, List<String> matter) {
        Measured cpu = on.ratio(option + ": with / without, CPU per request", with, without, Examination::cpu);
        if (differs(cpu.interval(), MATTERS)) {
            matter.add(option);
        }
    }

    /// Whether all of it is so far from 1.
    private static boolean differs(Interval ratio, double by) {
        return ratio.low() >= 1 + by || ratio.high() <= 1 - by;
    }
}
