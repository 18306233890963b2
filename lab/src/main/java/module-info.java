import org.jspecify.annotations.NullMarked;

/// The lab: the same handler under every server model, measured, compared and explained.
@NullMarked
module dev.partita.lab {
    requires static transitive org.jspecify;
    requires dev.partita.core;
    requires dev.partita.load;
    requires tools.jackson.databind;

    exports dev.partita.lab.report;
    exports dev.partita.lab.results;

    opens dev.partita.lab.results to tools.jackson.databind;
}
