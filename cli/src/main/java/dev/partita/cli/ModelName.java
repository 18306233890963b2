package dev.partita.cli;

import dev.partita.model.Amped;
import dev.partita.model.Mp;
import dev.partita.model.Seda;
import dev.partita.model.Sped;
import dev.partita.model.Symped;
import dev.partita.model.VirtualThreads;
import dev.partita.server.ServerModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The models by their names on the command line, with the options that each of them has.
enum ModelName {
    MP(512, 30_000, 0, false), SPED(0, 0, 0, false), SEDA(processors(), 1_024, 1_024, false), AMPED(processors(), 1_024,
            0, false), SYMPED(processors(), 1_024, 0, true), VT(0, 0, 1_024, false);

    private final int workers;
    private final int workersMax;
    private final int loopsMax;
    private final boolean accepts;

    /// @param workers the default of `--workers`
    /// @param workersMax 0 if the model has no such option
    /// @param loopsMax 0 if the model has no such option; its default is 1
    /// @param accepts whether the model has `--accept`
    ModelName(int workers, int workersMax, int loopsMax, boolean accepts) {
        this.workers = workers;
        this.workersMax = workersMax;
        this.loopsMax = loopsMax;
        this.accepts = accepts;
    }

    /// The model of that name.
    ///
    /// @throws Mistake if there is none
    static ModelName of(String name) {
        List<String> valid = new ArrayList<>();
        for (ModelName each : values()) {
            if (each.word().equals(name)) {
                return each;
            }
            valid.add(each.word());
        }
        throw new Mistake("there is no model '" + name + "'" + Nearest.question(name, valid) + "\nvalid are "
                + String.join(", ", valid));
    }

    /// Its name on the command line.
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The model with these settings, each null where the user said nothing.
    ///
    /// @throws Mistake if it has no such option or no such value
    ServerModel model(@Nullable String workers, @Nullable String loops, @Nullable String accept) {
        int workerCount = count("--workers", workers, workersMax, this.workers);
        int loopCount = count("--loops", loops, loopsMax, 1);
        if (accept != null && !accepts) {
            throw lacks("--accept");
        }
        Symped.Accept policy = accept == null ? Symped.Accept.REUSE_PORT : accept(accept);
        return switch (this) {
            case MP -> new Mp(workerCount);
            case SPED -> new Sped();
            case SEDA -> new Seda(workerCount, loopCount);
            case AMPED -> new Amped(workerCount);
            case SYMPED -> new Symped(workerCount, policy);
            case VT -> new VirtualThreads(loopCount);
        };
    }

    /// Whether it has threads to choose the number of that connections share.
    boolean hasWorkers() {
        return workersMax > 0 && this != MP;
    }

    /// The values of the options that this model has, by their names.
    Map<String, String> values(@Nullable String workers, @Nullable String loops, @Nullable String accept) {
        Map<String, String> values = new HashMap<>();
        if (workersMax > 0) {
            values.put("--workers", workers == null ? Integer.toString(this.workers) : workers);
        }
        if (loopsMax > 0) {
            values.put("--loops", loops == null ? "1" : loops);
        }
        if (accepts) {
            values.put("--accept", accept == null ? "reuse-port" : accept);
        }
        return values;
    }

    /// The model as it is when nothing else is said.
    ServerModel model() {
        return model(null, null, null);
    }

    private int count(String option, @Nullable String value, int most, int otherwise) {
        if (value == null) {
            return otherwise;
        }
        if (most == 0) {
            throw lacks(option);
        }
        return (int) Typed.number(option, value, 1, most);
    }

    private Mistake lacks(String option) {
        List<String> own = new ArrayList<>();
        if (workersMax > 0) {
            own.add("--workers");
        }
        if (loopsMax > 0) {
            own.add("--loops");
        }
        if (accepts) {
            own.add("--accept");
        }
        return new Mistake("the model " + word() + " has no " + option + "; it has "
                + (own.isEmpty() ? "no options of its own" : String.join(" and ", own)) + "\n" + option
                + " belongs to " + owners(option));
    }

    private static String owners(String option) {
        List<String> owners = new ArrayList<>();
        for (ModelName each : values()) {
            boolean has = switch (option) {
                case "--workers" -> each.workersMax > 0;
                case "--loops" -> each.loopsMax > 0;
                default -> each.accepts;
            };
            if (has) {
                owners.add(each.word());
            }
        }
        return String.join(", ", owners);
    }

    private static Symped.Accept accept(String name) {
        List<String> valid = new ArrayList<>();
        for (Symped.Accept each : Symped.Accept.values()) {
            String word = each.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (word.equals(name)) {
                return each;
            }
            valid.add(word);
        }
        throw new Mistake("there is no accept policy '" + name + "'" + Nearest.question(name, valid) + "\nvalid are "
                + String.join(", ", valid));
    }

    private static int processors() {
        return Runtime.getRuntime().availableProcessors();
    }
}
