package dev.partita.cli;

import dev.partita.load.MemcachedDialogue;
import dev.partita.load.MemcachedDialogue.Distribution;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What `partita load cache://HOST:PORT` asks of a cache: gets and sets in memcached's text protocol.
final class CacheLoadOptions {
    static final String SCHEME = "cache";
    private static final int PORT = 11_211;

    @Option(names = "--get-ratio", paramLabel = "R", description = """
            With cache://: the share of gets, 0 to 1; the others are sets. Default: 0.9.""")
    private @Nullable String getRatio;

    @Option(names = "--keys", paramLabel = "N", description = "With cache://: how many keys. Default: 100000.")
    private @Nullable String keys;

    @Option(names = "--value-bytes", paramLabel = "N", description = """
            With cache://: the length of every value. Default: 1024.""")
    private @Nullable String valueBytes;

    @Option(names = "--keys-per-get", paramLabel = "N", description = """
            With cache://: the keys of one get. Default: 1.""")
    private @Nullable String keysPerGet;

    @Option(names = "--distribution", paramLabel = "HOW", description = """
            With cache://: how often each key is asked for, uniform or zipf (exponent 0.99). Default: uniform.""")
    private @Nullable String distribution;

    /// The first of these options that was given; null if none was.
    @Nullable String given() {
        return getRatio != null
                ? "--get-ratio"
                : keys != null
                        ? "--keys"
                        : valueBytes != null
                                ? "--value-bytes"
                                : keysPerGet != null
                                        ? "--keys-per-get"
                                        : distribution != null ? "--distribution" : null;
    }

    /// Where the cache is.
    static SocketAddress address(URI uri) {
        if (uri.getHost() == null || uri.getPort() == 0) {
            throw new Mistake("'" + uri + "' is no URL of a cache: valid are such as cache://127.0.0.1:11211");
        }
        return Address.inet(uri.getHost(), uri.getPort() < 0 ? PORT : uri.getPort());
    }

    /// @throws Mistake if there is no such load
    MemcachedDialogue dialogue(long seed) {
        try {
            return new MemcachedDialogue(ratio(), number("--keys", keys, 100_000),
                    number("--value-bytes", valueBytes, 1_024),
                    number("--keys-per-get", keysPerGet, 1), distribution(), seed);
        } catch (IllegalArgumentException refused) {
            throw new Mistake(String.valueOf(refused.getMessage()));
        }
    }

    private double ratio() {
        try {
            return getRatio == null ? 0.9 : Double.parseDouble(getRatio);
        } catch (NumberFormatException none) {
            throw new Mistake("--get-ratio is '" + getRatio + "': valid are 0 to 1");
        }
    }

    private static int number(String option, @Nullable String text, int otherwise) {
        return text == null ? otherwise : (int) Typed.number(option, text, 0, Integer.MAX_VALUE);
    }

    private Distribution distribution() {
        return switch (distribution == null ? "uniform" : distribution) {
            case "uniform" -> Distribution.UNIFORM;
            case "zipf" -> Distribution.ZIPF;
            default -> throw new Mistake("there is no distribution '" + distribution + "'"
                    + Nearest.question(String.valueOf(distribution), List.of("uniform", "zipf"))
                    + "; valid are uniform, zipf");
        };
    }
}
