package dev.partita.lab.claims;

import dev.partita.lab.results.Claim;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.workload.Workload;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/// What the article says of the models with queues, SEDA and AMPED.
final class QueueClaims {
    private static final int WORKERS = 16 * Examination.PROCESSORS;
    /// More of them would fill the queues for longer than requests may wait there, and most would be refused.
    private static final int FEW = 4;

    static final Question SEDA_SHORT = new Question(7, "SEDA: for long work, not for short",
            "The message passing overhead can destroy the performance of this model, compared to the SPED model, if the work"
                    + " being done at each node is short. [...] usually employed in situations where the payload work is complex and"
                    + " time-consuming.",
            "P1, closed loop: CPU for a request under SEDA against SPED, for no work (64 connections) and for 500 µs ("
                    + FEW + " connections). Confirmed if it is 1.5 times"
                    + " or more for no work and at most 1.1 times for long work.",
            on -> shortAndLong(on, "SEDA", true));

    static final Question AMPED_ISOLATES = new Question(8, "AMPED: the payload does not affect IO",
            "the payload can be arbitrarily complex, and it won't affect network IO (which is good for latency)",
            "P2, open loop: the p99 of short requests under AMPED with " + WORKERS
                    + " workers, alone and among long ones; once"
                    + " those sleep for 20 ms, once they compute for 5 ms. Confirmed if it rises by less than 1 ms both times.",
            QueueClaims::isolates);

    static final Question AMPED_QUEUE = new Question(9, "AMPED: the queue is the bottleneck of short work",
            "Utilizes a message queue for passing data back and forth between processes, which, depending on the nature of the"
                    + " protocol, may become a bottleneck.",
            "P1, closed loop: CPU for a request under AMPED against SPED, for no work (64 connections) and for 500 µs ("
                    + FEW + " connections). Confirmed if it is 1.5"
                    + " times or more for no work and at most 1.1 times for long work: the queue is what differs.",
            on -> shortAndLong(on, "AMPED", false));

    static final Question AMPED_FIXED = new Question(10, "AMPED: a fixed number of workers",
            "the payload work is performed in a fixed (usually configurable) number of processes, which is independent of the"
                    + " number of connections",
            "P2, closed loop, no work: threads of the server with 8, 64 and 1,000 connections. Confirmed if AMPED's differ by at"
                    + " most 3 (the JVM's own come and go) where MP's grow by 900 or more.",
            QueueClaims::fixed);

    private QueueClaims() {}

    private static Claim shortAndLong(Examination on, String name, boolean isSeda)
            throws IOException, InterruptedException {
        var contestant = isSeda ? on.seda() : on.amped(Examination.PROCESSORS);
        List<List<Trial>> none = on.closed(Examination.plaintext(), Protocol.P1, contestant, on.sped());
        List<List<Trial>> much = on.closed(Examination.work(500).connections(FEW), Protocol.P1, contestant, on.sped());
        Measured shortWork = on.ratio("no work: " + name + " / SPED, CPU per request", none.get(0), none.get(1),
                Examination::cpu);
        on.note("no work: " + name + ", switches for a request", none.get(0), Examination::switches, "");
        Measured longWork = on.ratio("500 µs: " + name + " / SPED, CPU per request", much.get(0), much.get(1),
                Examination::cpu);
        Answer dear = shortWork.atLeast(1.5);
        return on.halves(dear, longWork.atMost(1.1),
                dear == Answer.YES
                        ? "nothing much: it costs more for long work too"
                        : "how it is counted: short work costs "
                                + String.format(Locale.ROOT, "%.2f", shortWork.median())
                                + " times as much, since a busy loop and its workers find their queues filled and do not sleep",
                "it costs the same for short work and more for long work");
    }

    private static Claim isolates(Examination on) throws IOException, InterruptedException {
        Workload computing = Workload.named("bimodal");
        Workload sleeping = Workload.named("blocking");
        Workload alone = Examination.of("work-5", "work of 5 µs", "/work?micros=5");
        double rate = Math.min(on.rate(computing, Examination.REFERENCE), on.rate(alone, 0.2));
        var amped = on.amped(WORKERS);
        // A tenth of these sleeps for 20 ms: at most a quarter of the workers may be asleep at once.
        double sleepRate = Math.min(rate, 0.25 * WORKERS / (0.1 * 0.020));
        List<Trial> calm = on.open(alone, rate, amped).getFirst();
        List<List<Trial>> busy = on.open(computing, rate, amped, on.sped());
        List<Trial> asleep = on.open(sleeping, sleepRate, amped).getFirst();
        Measured base = on.note("short requests alone: p99", calm, Examination.p99(), "ms");
        Measured computed = on.note("among 5 ms of computing: p99 of short requests", busy.get(0),
                Examination.shortP99(computing), "ms");
        Measured slept = on.note("among 20 ms of sleep: p99 of short requests", asleep, Examination.shortP99(sleeping),
                "ms");
        on.note("SPED, among 5 ms of computing: p99 of short requests", busy.get(1), Examination.shortP99(computing),
                "ms");
        return on.halves(computed.risesAtMost(base, 1), slept.risesAtMost(base, 1),
                "the payload: behind one that " + (computed.median() - base.median() < 1 ? "sleeps" : "computes")
                        + " short requests wait all the same, in a worker's queue or for a processor",
                "short requests wait for long ones, in a worker's queue or for a processor");
    }

    private static Claim fixed(Examination on) throws IOException, InterruptedException {
        double least = Double.MAX_VALUE;
        double most = 0;
        double mpLeast = Double.MAX_VALUE;
        double mpMost = 0;
        for (int connections : List.of(8, 64, 1_000)) {
            Workload workload = Examination.plaintext().connections(connections);
            List<List<Trial>> trials = on.closed(workload, Protocol.P2, on.amped(Examination.PROCESSORS), on.mp());
            double amped = on.note(connections + " connections: AMPED, threads", trials.get(0), Examination::threads,
                    "").median();
            double mp = on.note(connections + " connections: MP, threads", trials.get(1), Examination::threads, "")
                    .median();
            least = Math.min(least, amped);
            most = Math.max(most, amped);
            mpLeast = Math.min(mpLeast, mp);
            mpMost = Math.max(mpMost, mp);
        }
        return on.halves(Answer.of(most - least <= 3), Answer.of(mpMost - mpLeast >= 900), "what it is compared with",
                "its threads grow with its connections");
    }
}
