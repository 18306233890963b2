package dev.partita.cache;

import dev.partita.connection.Buffer;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The commands by their first word.
enum Verb {
    GET(Kind.KEYS), GETS(Kind.KEYS), GAT(Kind.KEYS), GATS(Kind.KEYS), BGET(Kind.KEYS), SET(Kind.VALUE), ADD(
            Kind.VALUE), REPLACE(Kind.VALUE), APPEND(Kind.VALUE), PREPEND(Kind.VALUE), CAS(Kind.VALUE), DELETE(
                    Kind.UPDATE), INCR(Kind.UPDATE), DECR(Kind.UPDATE), TOUCH(Kind.UPDATE), MG(Kind.META), MS(
                            Kind.META_VALUE), MD(Kind.META), MA(Kind.META), MN(Kind.META), ME(Kind.META), FLUSH_ALL(
                                    Kind.SERVICE), VERSION(Kind.SERVICE), VERBOSITY(Kind.SERVICE), STATS(
                                            Kind.SERVICE), QUIT(Kind.SERVICE), SHUTDOWN(Kind.SERVICE), SLABS(
                                                    Kind.SERVICE), LRU(Kind.SERVICE), LRU_CRAWLER(
                                                            Kind.SERVICE), CACHE_MEMLIMIT(Kind.SERVICE), WATCH(
                                                                    Kind.SERVICE), UNKNOWN(Kind.SERVICE);

    /// What a command line looks like, and which class performs it.
    enum Kind {
        /// Any number of keys: [Retrieval].
        KEYS,
        /// A data block follows: [Classic].
        VALUE,
        /// One key: [Classic].
        UPDATE,
        /// One key and flags: [Meta].
        META,
        /// One key, flags, and a data block: [Meta].
        META_VALUE,
        /// [Service].
        SERVICE
    }

    private static final Verb[][] BY_FIRST_LETTER = new Verb['z' - 'a' + 1][];

    static {
        for (int i = 0; i < BY_FIRST_LETTER.length; i++) {
            char letter = (char) ('a' + i);
            BY_FIRST_LETTER[i] = Arrays.stream(values())
                    .filter(verb -> verb != UNKNOWN && verb.word.charAt(0) == letter).toArray(Verb[]::new);
        }
    }

    private final Kind kind;
    private final String word = name().toLowerCase(Locale.ROOT);

    Verb(Kind kind) {
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }

    /// The command whose name stands there; [#UNKNOWN] if there is none.
    static Verb at(Buffer buffer, int offset, int length) {
        int letter = length == 0 ? -1 : buffer.at(offset) - 'a';
        if (letter < 0 || letter >= BY_FIRST_LETTER.length) {
            return UNKNOWN;
        }
        for (Verb verb : BY_FIRST_LETTER[letter]) {
            if (verb.word.length() == length && isAt(verb.word, buffer, offset)) {
                return verb;
            }
        }
        return UNKNOWN;
    }

    private static boolean isAt(String word, Buffer buffer, int offset) {
        for (int i = 1; i < word.length(); i++) {
            if (buffer.at(offset + i) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// Whether a data block follows its line.
    boolean hasValue() {
        return kind == Kind.VALUE || kind == Kind.META_VALUE;
    }

    /// Whether its reply shows compare-and-swap ids.
    boolean showsCas() {
        return this == GETS || this == GATS;
    }

    /// Whether it changes when an item ends.
    boolean touches() {
        return this == GAT || this == GATS;
    }

    /// How a storage command treats what is there.
    Mode mode() {
        return switch (this) {
            case ADD -> Mode.ADD;
            case REPLACE -> Mode.REPLACE;
            case APPEND -> Mode.APPEND;
            case PREPEND -> Mode.PREPEND;
            case CAS -> Mode.CAS;
            default -> Mode.SET;
        };
    }

    /// How a value meets the item that is there.
    enum Mode {
        SET, ADD, REPLACE, APPEND, PREPEND, CAS;

        /// The mode that a meta command's flag M names.
        static @Nullable Mode of(byte letter) {
            return switch (letter) {
                case 0, 'S', 's' -> SET;
                case 'E', 'e' -> ADD;
                case 'R', 'r' -> REPLACE;
                case 'A', 'a' -> APPEND;
                case 'P', 'p' -> PREPEND;
                default -> null;
            };
        }
    }
}
