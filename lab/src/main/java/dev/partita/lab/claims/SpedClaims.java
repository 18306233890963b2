package dev.partita.lab.claims;

import dev.partita.lab.results.Claim;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.trial.Case;
import dev.partita.lab.workload.Workload;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/// What the article says of SPED.
final class SpedClaims {
    static final Question MANY_CONNECTIONS = new Question(3, "SPED: tens of thousands of connections",
            "This model can handle tens of thousands of connections concurrently, as long as the payload work (Task #3)"
                    + " isn't overly complicated or resource intensive.",
            "P1, closed loop over 100 connections, no work: SPED with and without as many idle connections as the limit of"
                    + " descriptors allows. Confirmed if a request costs at most 1.1 times the CPU with 10,000 or more of them.",
            SpedClaims::many);

    static final Question LONG_PAYLOAD = new Question(4, "SPED: one long payload stops everything else",
            "if it takes a long time to compute a response to the data received by the client, everything else stops while"
                    + " this is being done, introducing potentially huge fluctuations in latency",
            "P2, open loop, 1 in 200 requests computes for 5 ms: the p99 of the short requests under SPED and MP. Confirmed if"
                    + " SPED's is 2.5 ms or more, half of the long work, and MP's at most half of SPED's.",
            SpedClaims::longPayload);

    static final Question ONE_CORE = new Question(5, "SPED: one core only",
            "Only a single CPU core is used. [...] any other available CPU cores are doing nothing at all.",
            "P2, closed loop, 2 ms of work, so that the generator should take less than 5 % of the processors: those that"
                    + " SPED and SYMPED keep busy. Confirmed if SPED's are at most 1.05 where SYMPED's are 1.5 or more.",
            SpedClaims::oneCore);

    static final Question SWITCHES = new Question(6, "SPED: no context switches",
            "it completely avoids context-switching between processes, which usually kills the performance in the MP model",
            "P1, closed loop, no work: context switches for a request under SPED, MP and AMPED. Confirmed if SPED has fewer than"
                    + " 0.1, and MP at least 5 times as many; depends if MP hardly has any either.",
            SpedClaims::switches);

    private SpedClaims() {}

    private static Claim many(Examination on) throws IOException, InterruptedException {
        Workload active = Examination.plaintext().connections(100);
        int idle = on.idle(19_000);
        if (idle < 10_000) {
            return on.notMeasured(
                    "this process may open too few files for 10,000 connections: raise that with ulimit -n");
        }
        List<List<Trial>> trials = on.measure(
                Case.closed(on.sped(), active.idle(idle), Protocol.P1), Case.closed(on.sped(), active, Protocol.P1));
        Measured ratio = on.ratio(idle + " idle connections / none, CPU per request", trials.get(0), trials.get(1),
                Examination::cpu);
        on.note("resident memory that idle connections add, for each (room for all is made at the start)",
                trials.get(0), Examination::bytesPerIdle, "bytes");
        return on.confirmedIf(ratio.atMost(1.1), "its requests cost more with them");
    }

    private static Claim longPayload(Examination on) throws IOException, InterruptedException {
        Workload mixed = Workload.named("bimodal");
        List<List<Trial>> trials = on.open(mixed, on.rate(mixed, Examination.REFERENCE), on.sped(), on.mp());
        Measured sped = on.note("SPED: p99 of short requests", trials.get(0), Examination.shortP99(mixed), "ms");
        on.note("MP: p99 of short requests", trials.get(1), Examination.shortP99(mixed), "ms");
        Measured ratio = on.ratio("SPED / MP, p99 of short requests", trials.get(0), trials.get(1),
                Examination.shortP99(mixed));
        return on.halves(sped.atLeast(2.5), ratio.atLeast(2),
                "the share of long requests, and on what it is compared with",
                "the short requests do not wait");
    }

    private static Claim oneCore(Examination on) throws IOException, InterruptedException {
        if (Examination.PROCESSORS < 2) {
            return on.notMeasured("there is one processor only");
        }
        List<List<Trial>> trials = on.closed(Examination.work(2_000), Protocol.P2, on.sped(), on.symped());
        Measured sped = on.note("SPED: processors busy", trials.get(0), Examination::processors, "");
        Measured symped = on.note("SYMPED: processors busy", trials.get(1), Examination::processors, "");
        on.ratio("SYMPED / SPED, rate", trials.get(1), trials.get(0), Examination::rate);
        on.noteGenerator("", trials.get(1));
        return on.halves(sped.atMost(1.05), symped.atLeast(1.5), "whether there was a second processor to be had",
                "it keeps more than one busy");
    }

    private static Claim switches(Examination on) throws IOException, InterruptedException {
        List<List<Trial>> trials = on.closed(Examination.plaintext(), Protocol.P1, on.sped(), on.mp(),
                on.amped(Examination.PROCESSORS));
        Measured sped = on.note("SPED: switches for a request", trials.get(0), Examination::switches, "");
        Measured mp = on.note("MP: switches for a request", trials.get(1), Examination::switches, "");
        on.note("AMPED: switches for a request", trials.get(2), Examination::switches, "");
        Answer few = sped.atMost(0.1);
        if (few != Answer.YES) {
            return on.confirmedIf(few, "it has " + String.format(Locale.ROOT, "%.2f", sped.median())
                    + " for each request");
        }
        return on.halves(few, Answer.of(mp.interval().low() >= 5 * sped.interval().high()),
                "the load: MP has hardly any either while each thread always finds a request waiting", "");
    }
}
