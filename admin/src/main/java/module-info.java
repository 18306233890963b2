import org.jspecify.annotations.NullMarked;

/// Health, readiness and metrics of a running server.
@NullMarked
module dev.partita.admin {
    requires static transitive org.jspecify;
    requires transitive dev.partita.core;
    requires dev.partita.http;
    requires micrometer.core;
    requires micrometer.registry.prometheus;
    // What Micrometer asks of the JVM, and an automatic module cannot say that it needs.
    requires java.management;
    requires jdk.management;

    exports dev.partita.admin;
}
