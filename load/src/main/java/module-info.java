import org.jspecify.annotations.NullMarked;

/// A load generator: open loop, closed loop, no coordinated omission.
@NullMarked
module dev.partita.load {
    requires static transitive org.jspecify;
    requires transitive dev.partita.core;
    requires transitive HdrHistogram;
    requires java.management;
    requires tools.jackson.databind;

    exports dev.partita.load;
}
