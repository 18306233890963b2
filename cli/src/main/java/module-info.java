import org.jspecify.annotations.NullMarked;

/// The command `partita`.
@NullMarked
module dev.partita.cli {
    requires static transitive org.jspecify;
    requires dev.partita.core;
    requires dev.partita.linux;
    requires dev.partita.processes;
    requires dev.partita.http;
    requires dev.partita.cache;
    requires dev.partita.load;
    requires dev.partita.lab;
    requires dev.partita.admin;
    requires info.picocli;
    requires java.management; // the options of this JVM
    requires jdk.jfr;
    requires jdk.unsupported; // signals

    opens dev.partita.cli to info.picocli;
}
