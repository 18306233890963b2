import org.jspecify.annotations.NullMarked;

/// Small programs that use Partita as a library.
@NullMarked
module dev.partita.examples {
    requires static transitive org.jspecify;
    requires dev.partita.core;
    requires dev.partita.http;
    requires dev.partita.json;

    opens dev.partita.examples to tools.jackson.databind;
}
