import org.jspecify.annotations.NullMarked;

/// The lab: the same handler under every server model, measured, compared and explained.
@NullMarked
module dev.partita.lab {
    requires static transitive org.jspecify;
    requires dev.partita.core;
    requires dev.partita.load;
    requires HdrHistogram;
    requires tools.jackson.databind;

    exports dev.partita.lab.compare;
    exports dev.partita.lab.claims;
    exports dev.partita.lab.report;
    exports dev.partita.lab.results;
    exports dev.partita.lab.statistics;
    exports dev.partita.lab.trial;
    exports dev.partita.lab.workload;

    opens dev.partita.lab.results to tools.jackson.databind;
    opens dev.partita.lab.trial to tools.jackson.databind;
}
