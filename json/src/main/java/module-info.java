import org.jspecify.annotations.NullMarked;

/// JSON in HTTP handlers, by Jackson.
@NullMarked
module dev.partita.json {
    requires static transitive org.jspecify;
    requires transitive dev.partita.http;
    requires transitive tools.jackson.core;
    requires transitive tools.jackson.databind;

    exports dev.partita.json;
}
