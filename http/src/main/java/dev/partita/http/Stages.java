package dev.partita.http;

import java.util.List;
import java.util.stream.Stream;

/// A handler whose work is split into named stages: a graph in which each stage says which one goes on, loops allowed.
///
///     Stages.first("parse", (request, response) -> { request.attach(parsed(request)); return "compute"; })
///           .then("compute", (request, response) -> "reply")
///           .then("reply", (request, response) -> { response.text("..."); return Stage.DONE; })
///
/// A model with stages (SEDA) gives each one a queue and threads of its own; under every other model they run straight
/// through. Stages of the same name share both, also across handlers. Immutable: [#then] gives a longer one.
public final class Stages implements Handler {
    private final List<String> names;
    private final Stage[] stages;

    private Stages(List<String> names, Stage[] stages) {
        this.names = names;
        this.stages = stages;
    }

    /// Begins with the stage that every request enters by.
    public static Stages first(String name, Stage stage) {
        return new Stages(List.of(), new Stage[0]).then(name, stage);
    }

    /// Adds a stage. Their order means nothing.
    ///
    /// @throws IllegalArgumentException if there is one of this name, or the name is empty
    public Stages then(String name, Stage stage) {
        if (name.equals(Stage.DONE) || names.contains(name)) {
            throw new IllegalArgumentException("stage \"" + name + "\": a name must not be empty, nor be given twice");
        }
        return new Stages(
                Stream.concat(names.stream(), Stream.of(name)).toList(),
                Stream.concat(Stream.of(stages), Stream.of(stage)).toArray(Stage[]::new));
    }

    @Override
    public List<String> stages() {
        return names;
    }

    /// Runs the stage that the request has come to.
    @Override
    public void handle(Request request, Response response) throws Exception {
        String stage = request.stage();
        String next = stages[stage == null ? 0 : indexOf(stage)].run(request, response);
        if (next.equals(Stage.DONE)) {
            request.stage(null);
        } else {
            request.stage(names.get(indexOf(next)));
        }
    }

    private int indexOf(String name) {
        int index = names.indexOf(name);
        if (index < 0) {
            throw new IllegalStateException("no stage \"" + name + "\" among " + names);
        }
        return index;
    }
}
