/// With this file beside it, the same program runs from a plain module path.
module hello {
    requires dev.partita.http;
}
