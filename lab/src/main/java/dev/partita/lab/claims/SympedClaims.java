package dev.partita.lab.claims;

import dev.partita.lab.results.Claim;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.results.WorkloadCard.RequestClass;
import dev.partita.lab.trial.Contestant;
import dev.partita.lab.workload.Workload;
import java.io.IOException;
import java.util.List;

/// What the article says of SYMPED.
final class SympedClaims {
    static final Question CAPPED = new Question(11, "SYMPED: CPU use is capped by its workers",
            "CPUs are loaded for exactly the number of processes spawned [...] There is no way to escalate CPU utilization"
                    + " further.",
            "P2, closed loop, 2 ms of work, so that the generator should take less than 5 % of the processors: those that"
                    + " 1 and 2 loops keep busy. Confirmed if they are at most 1.05 and 2.05, and 2 loops keep 1.5 or more busy.",
            SympedClaims::capped);

    static final Question UNEVEN = new Question(12, "SYMPED: uneven payload makes latency vary",
            "Since each of the processes has a SPED-like loop, if the payload work is non-uniform, latency can again vary, just"
                    + " like with the normal SPED model.",
            "P2, open loop, 1 in 200 requests computes for 5 ms: the p99 of the short requests under SYMPED, SPED and MP."
                    + " Confirmed if SYMPED's is 1 ms or more and at least twice MP's.",
            SympedClaims::uneven);

    static final Question REUSE_PORT = new Question(13, "Independent listening beats one accepting process",
            "most operating systems provide a function by which multiple processes can listen for incoming connections on a TCP"
                    + " port independently, eliminating the need for a specific process",
            "SYMPED with SO_REUSEPORT against one acceptor that passes connections on. P1, closed loop, no work, a connection for"
                    + " each request: CPU for a request. P2, closed loop, 2 ms of work, so that the generator should take"
                    + " less than 5 % of the processors, 4 connections that last: the rate. Confirmed if the CPU is at most 0.95 times"
                    + " the acceptor's and the rate 0.95 times its rate or more.",
            SympedClaims::reusePort);

    private SympedClaims() {}

    private static Claim capped(Examination on) throws IOException, InterruptedException {
        if (Examination.PROCESSORS < 2) {
            return on.notMeasured("there is one processor only");
        }
        Contestant one = on.model("symped", "--workers 1", "--accept reuse-port");
        Contestant two = on.model("symped", "--workers 2", "--accept reuse-port");
        List<List<Trial>> trials = on.closed(Examination.work(2_000), Protocol.P2, one, two);
        Measured single = on.note("1 loop: processors busy", trials.get(0), Examination::processors, "");
        Measured both = on.note("2 loops: processors busy", trials.get(1), Examination::processors, "");
        on.ratio("2 loops / 1, rate", trials.get(1), trials.get(0), Examination::rate);
        on.noteGenerator("", trials.get(1));
        return on.halves(single.atMost(1.05), both.atLeast(1.5).and(both.atMost(2.05)),
                "the spread of connections: two loops do not keep two processors busy",
                "it keeps more processors busy than it has loops");
    }

    private static Claim uneven(Examination on) throws IOException, InterruptedException {
        Workload mixed = Workload.named("bimodal");
        List<List<Trial>> trials =
                on.open(mixed, on.rate(mixed, Examination.REFERENCE), on.symped(), on.sped(), on.mp());
        Measured symped = on.note("SYMPED: p99 of short requests", trials.get(0), Examination.shortP99(mixed), "ms");
        on.note("SPED: p99 of short requests", trials.get(1), Examination.shortP99(mixed), "ms");
        Measured ratio = on.ratio("SYMPED / MP, p99 of short requests", trials.get(0), trials.get(2),
                Examination.shortP99(mixed));
        return on.halves(symped.atLeast(1), ratio.atLeast(2), "what it is compared with",
                "its short requests do not wait for long ones");
    }

    private static Claim reusePort(Examination on) throws IOException, InterruptedException {
        String loops = "--workers " + Examination.PROCESSORS;
        Contestant apart = on.model("symped", loops, "--accept reuse-port");
        Contestant handOver = on.model("symped", loops, "--accept hand-over");
        Contestant shared = on.model("symped", loops, "--accept shared");
        Workload fresh = Workload.named("connect").mix("connect-p1", "a connection for each request",
                Workload.named("connect").mix());
        Workload heavy = Workload.named("connect")
                .mix("connect-2000", "a connection for each request, 2 ms", List.of(
                        new RequestClass("GET /work?micros=2000", 1)));
        Workload few = Examination.work(2_000).connections(4);
        List<List<Trial>> connecting = on.closed(fresh, Protocol.P1, apart, handOver, shared);
        List<List<Trial>> working = on.closed(heavy, Protocol.P2, apart, handOver);
        List<List<Trial>> lasting = on.closed(few, Protocol.P2, apart, handOver);
        Measured cpu = on.ratio("a connection for each request: SO_REUSEPORT / acceptor, CPU", connecting.get(0),
                connecting.get(1), Examination::cpu);
        on.ratio("a connection for each request: shared listener / acceptor, CPU", connecting.get(2),
                connecting.get(1), Examination::cpu);
        on.ratio("a connection for each request of 2 ms: SO_REUSEPORT / acceptor, rate", working.get(0),
                working.get(1), Examination::rate);
        Measured steady = on.ratio("4 connections that last: SO_REUSEPORT / acceptor, rate", lasting.get(0),
                lasting.get(1), Examination::rate);
        on.note("4 connections that last: SO_REUSEPORT, fairness of waiting", lasting.get(0), Examination::fairness,
                "");
        on.note("4 connections that last: acceptor, fairness of waiting", lasting.get(1), Examination::fairness, "");
        on.noteGenerator("a connection for each request of 2 ms: ", working.get(0));
        on.noteGenerator("4 connections that last: ", lasting.get(0));
        Answer kept = steady.atLeast(0.95);
        return on.halves(cpu.atMost(0.95), kept,
                kept == Answer.YES
                        ? "what is counted: it serves no less, and a connection costs as much"
                        : "how long connections last: the kernel spreads few of them unevenly, an acceptor evenly",
                "a connection costs as much, and few of them are served worse");
    }
}
