import org.jspecify.annotations.NullMarked;

/// What the contract suite is written with; the suite itself is in the tests of this module.
@NullMarked
module dev.partita.testing {
    requires static transitive org.jspecify;
    requires transitive dev.partita.core;
    requires transitive dev.partita.http;
    requires dev.partita.cache;
    requires dev.partita.linux;
    requires dev.partita.processes; // for the tests of this module
    requires dev.partita.load; // for the tests of this module
    requires transitive org.junit.jupiter.api;
    requires transitive org.assertj.core;
    requires java.logging;
    requires jdk.management;

    exports dev.partita.testing;
    exports dev.partita.testing.simulation;
}
