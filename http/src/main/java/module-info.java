import org.jspecify.annotations.NullMarked;

/// HTTP/1.1: parser, handler, routes and static files.
@NullMarked
module dev.partita.http {
    requires static transitive org.jspecify;
    requires transitive dev.partita.core;

    exports dev.partita.http;
}
