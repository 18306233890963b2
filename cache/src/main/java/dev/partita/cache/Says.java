package dev.partita.cache;

import static java.nio.charset.StandardCharsets.US_ASCII;

/// What the server says, byte for byte as memcached 1.6.45 does: clients compare these.
final class Says {
    static final byte[] CRLF = line("");
    static final byte[] ERROR = line("ERROR");
    static final byte[] OK = line("OK");
    static final byte[] END = line("END");
    static final byte[] STORED = line("STORED");
    static final byte[] NOT_STORED = line("NOT_STORED");
    static final byte[] EXISTS = line("EXISTS");
    static final byte[] NOT_FOUND = line("NOT_FOUND");
    static final byte[] DELETED = line("DELETED");
    static final byte[] TOUCHED = line("TOUCHED");
    static final byte[] RESET = line("RESET");
    static final byte[] VALUE = "VALUE ".getBytes(US_ASCII);

    static final byte[] BAD_FORMAT = line("CLIENT_ERROR bad command line format");
    /// After a key that is too long in a get, memcached ends two lines.
    static final byte[] BAD_FORMAT_OF_GET = "CLIENT_ERROR bad command line format\r\n\r\n".getBytes(US_ASCII);
    static final byte[] BAD_CHUNK = line("CLIENT_ERROR bad data chunk");
    static final byte[] BAD_DELETE =
            line("CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]");
    static final byte[] BAD_DELTA = line("CLIENT_ERROR invalid numeric delta argument");
    static final byte[] BAD_EXPTIME = line("CLIENT_ERROR invalid exptime argument");
    static final byte[] NOT_NUMERIC =
            line("CLIENT_ERROR cannot increment or decrement non-numeric value");
    static final byte[] TOO_LARGE = line("SERVER_ERROR object too large for cache");
    static final byte[] NO_MEMORY = line("SERVER_ERROR out of memory storing object");
    static final byte[] NO_MEMORY_AT_ALL = line("SERVER_ERROR out of memory");

    static final byte[] DUPLICATE_FLAG = line("CLIENT_ERROR duplicate flag");
    static final byte[] BAD_FLAG = line("CLIENT_ERROR invalid or duplicate flag");
    static final byte[] BAD_TOKEN = line("CLIENT_ERROR bad token in command line format");
    static final byte[] BAD_KEY = line("CLIENT_ERROR error decoding key");
    static final byte[] BAD_SET_MODE = line("CLIENT_ERROR invalid mode for ms M token");
    static final byte[] BAD_ARITHMETIC_MODE = line("CLIENT_ERROR invalid mode for ma M token");
    static final byte[] BAD_INITIAL = line("CLIENT_ERROR invalid numeric initial value");
    static final byte[] BAD_META_DELTA = line("CLIENT_ERROR invalid numeric delta value");
    static final byte[] BAD_CLASS = line("BADCLASS invalid class id");
    static final byte[] LONG_OPAQUE = line("CLIENT_ERROR opaque token too long");
    static final byte[] MN = line("MN");
    static final byte[] EN = line("EN");

    static final byte[] NO_SHUTDOWN = line("SERVER_ERROR: shutdown not enabled");
    static final byte[] BAD_SHUTDOWN = line("CLIENT_ERROR invalid shutdown mode");
    static final byte[] NO_FLUSH = line("CLIENT_ERROR flush_all not allowed");
    static final byte[] NO_WATCH = line("CLIENT_ERROR watch commands not allowed");
    static final byte[] TOO_MANY_WATCHERS = line("WATCHER_TOO_MANY log watcher limit reached");
    static final byte[] UNAUTHENTICATED = line("CLIENT_ERROR unauthenticated");
    static final byte[] BAD_AUTHENTICATION_END = line("CLIENT_ERROR bad command line termination");
    static final byte[] BAD_AUTHENTICATION = line("CLIENT_ERROR bad authentication token format");
    static final byte[] WRONG_AUTHENTICATION = line("CLIENT_ERROR authentication failure");

    /// Ours: memcached knows no queue that is full, and waits for ever.
    static final byte[] BUSY = line("SERVER_ERROR busy");
    static final byte[] LATE = line("SERVER_ERROR timed out waiting for data");
    static final byte[] TOO_MANY_CONNECTIONS = line("ERROR Too many open connections");

    private Says() {}

    private static byte[] line(String text) {
        return (text + "\r\n").getBytes(US_ASCII);
    }
}
