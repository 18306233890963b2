package dev.partita.lab.claims;

import dev.partita.lab.claims.Examination.Setting;
import dev.partita.lab.results.Claim;
import dev.partita.lab.results.Claim.Verdict;
import dev.partita.lab.results.Results.Strength;
import dev.partita.lab.trial.Bench;
import dev.partita.lab.trial.Plant;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// All claims of the article that can be examined here.
public final class Claims {
    /// How many there are; their numbers begin with 1.
    public static final int COUNT = 16;

    private static final List<Question> ALL = List.of(MpClaims.FEW_CONNECTIONS, MpClaims.JITTER,
            SpedClaims.MANY_CONNECTIONS, SpedClaims.LONG_PAYLOAD, SpedClaims.ONE_CORE, SpedClaims.SWITCHES,
            QueueClaims.SEDA_SHORT, QueueClaims.AMPED_ISOLATES, QueueClaims.AMPED_QUEUE, QueueClaims.AMPED_FIXED,
            SympedClaims.CAPPED, SympedClaims.UNEVEN, SympedClaims.REUSE_PORT, TrickClaims.ALLOCATION,
            TrickClaims.SOCKETS, MpClaims.TINY_PROCESSORS);

    private Claims() {}

    /// Rounds that are added where a claim is undecided.
    private static final int MORE = 6;
    /// For each claim that is still to come.
    private static final int SECONDS_LEFT_MIN = 60;

    /// Examines claims, one after the other; those that share trials are cheaper together. One that is undecided gets more
    /// rounds, if there is time.
    ///
    /// @param numbers which
    /// @param plant a delay that the lab's own tests plant; null for none
    /// @param openFilesMax descriptors that a process may have
    /// @param before what an earlier run has said of claims: their trials are used again
    /// @param found is told of each
    public static void examine(
            List<Integer> numbers, Bench bench, String transport, int rounds, Strength strength,
            @Nullable Plant plant, long openFilesMax, List<Claim> before, Consumer<Claim> found)
            throws IOException, InterruptedException {
        var setting = new Setting(bench, transport, rounds, strength, plant, openFilesMax, before);
        List<Question> asked = ALL.stream().filter(each -> numbers.contains(each.number())).toList();
        int left = asked.size();
        for (Question each : asked) {
            Claim claim = each.method().examine(new Examination(each, setting));
            left--;
            boolean isOpen = claim.verdict() == Verdict.UNDECIDED
                    || claim.verdict() == Verdict.NOT_MEASURED && !claim.trials().isEmpty(); // too few were valid
            if (isOpen && bench.secondsLeft() > (left + 1) * SECONDS_LEFT_MIN) {
                claim = each.method().examine(new Examination(each, setting.with(rounds + MORE)));
            }
            found.accept(claim);
        }
    }
}
