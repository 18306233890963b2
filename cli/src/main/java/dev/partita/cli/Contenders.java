package dev.partita.cli;

import dev.partita.lab.results.ModelCard;
import dev.partita.lab.trial.Contestant;
import dev.partita.server.Isolation;
import dev.partita.server.ServerModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Who takes part in a comparison: models, with threads or with processes.
final class Contenders {
    private Contenders() {}

    /// A model that has no processes takes part with threads only.
    ///
    /// @param models their names, with commas between them; null for all
    /// @param isolation threads, processes, or both; null for threads
    /// @throws Mistake if there is no such model or isolation, or nobody has it
    static List<ModelCard> named(@Nullable String models, @Nullable String isolation) {
        List<ModelName> names = new ArrayList<>();
        if (models == null) {
            names.addAll(List.of(ModelName.values()));
        } else {
            for (String each : models.split(",", -1)) {
                names.add(ModelName.of(each.strip()));
            }
        }
        List<ModelCard> cards = new ArrayList<>();
        for (ModelName each : names) {
            for (Isolation one : isolations(isolation)) {
                with(each, one).ifPresent(model -> cards.add(card(each, one, model)));
            }
        }
        if (cards.isEmpty()) {
            throw new Mistake("--isolation processes: none of " + models + " has processes");
        }
        return cards.stream().distinct().toList();
    }

    private static List<Isolation> isolations(@Nullable String names) {
        List<Isolation> chosen = new ArrayList<>();
        for (String each : (names == null ? "threads" : names).split(",", -1)) {
            chosen.add(IsolationOptions.named(each.strip()));
        }
        return chosen;
    }

    /// Empty if the model has not that.
    private static Optional<ServerModel> with(ModelName name, Isolation isolation) {
        try {
            return Optional.of(name.model().isolation(isolation));
        } catch (IllegalArgumentException refused) {
            return Optional.empty();
        }
    }

    private static ModelCard card(ModelName name, Isolation isolation, ServerModel model) {
        var tasks = model.tasks();
        boolean isDivided = isolation == Isolation.PROCESSES;
        return new ModelCard(name.word() + (isDivided ? Contestant.IN_PROCESSES : ""),
                Models.longName(name) + (isDivided ? ", in processes" : ""), tasks.connections(), tasks.io(),
                tasks.work());
    }
}
