package dev.partita.lab.claims;

import dev.partita.lab.results.Claim;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.trial.Case;
import dev.partita.lab.workload.Workload;
import java.io.IOException;
import java.util.List;

/// What the article says of MP, and its reader of one tiny processor for each connection.
final class MpClaims {
    private static final int FEW = 2 * Examination.PROCESSORS;
    private static final int MANY = 1_000;
    /// Below the bound of MP's threads.
    private static final int IDLE = 1_800;

    static final Question FEW_CONNECTIONS = new Question(1, "MP: well while connections are few",
            "actually works extremely well as long as the total number of processes remains fairly low [...] should not"
                    + " exceed about twice the number of CPU cores. Once there are too many processes active at the same"
                    + " time [...] such applications generally end up spending almost all of their CPU time in \"sys\"",
            "P1, closed loop, 20 µs of work: MP and SPED with " + FEW + " and with " + MANY
                    + " connections. Confirmed if"
                    + " MP serves 0.85 of SPED's rate or more with few, and with many spends 80 % of its time or more in the"
                    + " kernel and serves at most half of SPED's rate.",
            MpClaims::few);

    static final Question JITTER = new Question(2, "MP: jitter, since IO waits for the payload",
            "may have latency jitter as network IO waits until the payload (computation) phase is over",
            "P2, open loop, 1 in 200 requests computes for 5 ms: the p99.9 of MP's short requests, once with a connection for"
                    + " each request that is open, once with up to 8 requests on one of 8 connections. Confirmed if both are 1"
                    + " ms or more; depends if only those that share a connection are.",
            MpClaims::jitter);

    static final Question TINY_PROCESSORS = new Question(16, "One tiny processor for each connection",
            "Ultra large arrays of 'pico' processor. Each pico processor being a very low cost miniature server, designed to"
                    + " deal with a single connection.",
            "P1, closed loop, no work: VT (a virtual thread for each connection) and MP with 64 and with " + MANY
                    + " connections, and with " + IDLE
                    + " idle ones. Confirmed if VT serves at least as many requests as MP with"
                    + " many, takes no more CPU for each with few, and less memory for an idle connection.",
            MpClaims::tiny);

    private MpClaims() {}

    private static Claim few(Examination on) throws IOException, InterruptedException {
        Workload few = Examination.work(20).connections(FEW);
        Workload many = Examination.work(20).connections(MANY);
        List<List<Trial>> withFew = on.closed(few, Protocol.P1, on.mp(), on.sped());
        List<List<Trial>> withMany = on.closed(many, Protocol.P1, on.mp(), on.sped());
        Measured atFew = on.ratio(FEW + " connections: MP / SPED, rate", withFew.get(0), withFew.get(1),
                Examination::rate);
        Measured atMany = on.ratio(MANY + " connections: MP / SPED, rate", withMany.get(0), withMany.get(1),
                Examination::rate);
        on.note(FEW + " connections: MP in the kernel", withFew.get(0), Examination::systemShare, "%");
        Measured system = on.note(MANY + " connections: MP in the kernel", withMany.get(0), Examination::systemShare,
                "%");
        on.note(MANY + " connections: SPED in the kernel", withMany.get(1), Examination::systemShare, "%");
        Answer well = atFew.atLeast(0.85);
        return on.halves(well, system.atLeast(80).and(atMany.atMost(0.5)),
                well == Answer.YES
                        ? "how many are active: it does well with few, and with " + MANY
                                + " it loses less than the article says"
                        : "what it is compared with: even with few it serves less than SPED",
                "it does not do well with few, and does not drown in the kernel with many");
    }

    private static Claim jitter(Examination on) throws IOException, InterruptedException {
        Workload alone = Workload.named("bimodal");
        Workload shared = alone.connections(8);
        double rate = on.rate(alone, Examination.REFERENCE);
        List<Trial> apart = on.open(alone, rate, on.mp()).getFirst();
        List<Trial> together = on.measure(new Case(on.mp(), shared, Protocol.P2, rate, 8)).getFirst();
        Measured single = on.note("64 connections: p99.9 of short requests", apart, Examination.shortP999(alone), "ms");
        Measured behind = on.note("8 connections, pipelined: p99.9 of short requests", together,
                Examination.shortP999(shared), "ms");
        return on.halves(single.atLeast(1), behind.atLeast(1),
                "whether requests share a connection: those of other connections do not wait, the scheduler sees to that",
                "neither waits for a millisecond");
    }

    private static Claim tiny(Examination on) throws IOException, InterruptedException {
        Workload few = Examination.plaintext();
        Workload many = Examination.plaintext().connections(MANY);
        List<List<Trial>> withFew = on.closed(few, Protocol.P1, on.vt(), on.mp());
        List<List<Trial>> withMany = on.closed(many, Protocol.P1, on.vt(), on.mp());
        Measured cpu = on.ratio("64 connections: VT / MP, CPU per request", withFew.get(0), withFew.get(1),
                Examination::cpu);
        Measured rate = on.ratio(MANY + " connections: VT / MP, rate", withMany.get(0), withMany.get(1),
                Examination::rate);
        on.note(MANY + " connections: VT, threads of the system", withMany.get(0), Examination::threads, "");
        on.note(MANY + " connections: MP, threads of the system", withMany.get(1), Examination::threads, "");
        Workload idle = few.idle(IDLE);
        List<List<Trial>> holding = on.measure(Case.closed(on.vt(), idle, Protocol.P1),
                Case.closed(on.mp(), idle, Protocol.P1));
        Measured virtual = on.note("memory for each of " + IDLE + " idle connections: VT", holding.get(0),
                Examination::bytesPerIdle, "bytes");
        Measured system = on.note("memory for each of " + IDLE + " idle connections: MP", holding.get(1),
                Examination::bytesPerIdle, "bytes");
        Answer faster = cpu.atMost(1.02).and(rate.atLeast(0.98));
        return on.halves(faster, virtual.atMost(system.median()),
                faster == Answer.YES
                        ? "memory: it is as fast, and not smaller"
                        : "what counts: it is smaller, and not as fast",
                "it is neither as fast nor smaller");
    }
}
