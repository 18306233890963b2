package dev.partita.cache;

import dev.partita.connection.Buffer;
import org.jspecify.annotations.Nullable;

/// A command, read from its line, which stays in inbound until the command has been performed. Used again for every command
/// of a conversation; allocates nothing.
final class Request {
    static final int KEY_BYTES_MAX = 250;
    /// A data block's length has to leave room for its CR LF in an `int`.
    private static final int LENGTH_MAX = Integer.MAX_VALUE - 3;
    /// Where the keys of a long line have to have begun.
    private static final int LONG_START_BYTES_MAX = 128;
    private static final int OPAQUE_BYTES_MAX = 32;
    private static final String META_FLAGS = "bNTRlOPLkstcfvhuqxFCEMJDI";
    private static final long KNOWN_FLAGS = META_FLAGS.chars().mapToLong(c -> bit((byte) c)).reduce(0, (a, b) -> a | b);

    private final Buffer in;
    private final Line line;

    Verb verb = Verb.UNKNOWN;
    /// What is wrong with it; null if nothing is.
    byte @Nullable [] error;
    /// It is refused after its key was read, so that what is stored there would be out of date.
    boolean dropsOld;
    /// Nobody waits for its reply.
    boolean quiet;
    /// Where its line ends, line feed included.
    int end;
    /// Where its words end.
    private int textEnd;
    int keyStart;
    int keyLength;
    int clientFlags;
    int exptime;
    /// Bytes of its data block without CR LF; -1 without a data block.
    int length;
    long cas;
    long delta;

    // Of a meta command.
    /// Where its flags begin.
    private int flagsStart;
    private long flags;
    byte mode;
    int vivifyExptime;
    int recacheExptime;
    long newCas;
    long initial;

    // What the store has answered.
    @Nullable Item item;
    long number;
    /// There was none, and one was made.
    boolean isCreated;
    /// The item ends so soon that somebody should renew it.
    boolean isDue;

    Request(Buffer in) {
        this.in = in;
        line = new Line(in);
    }

    /// Reads the line that ends with the line feed at offset `feed`.
    void read(int feed) {
        begin(feed > 0 && in.at(feed - 1) == '\r' ? feed - 1 : feed, feed + 1);
        switch (verb.kind()) {
            case KEYS -> readKeys();
            case VALUE -> readValue();
            case UPDATE -> readUpdate();
            case META, META_VALUE -> readMeta();
            case SERVICE -> readService();
        }
    }

    /// Reads the start of a line that is longer than a line may be, which only a command with any number of keys has.
    ///
    /// @return false if it is another one
    boolean readLong() {
        begin(LONG_START_BYTES_MAX, 0);
        if (verb.kind() != Verb.Kind.KEYS || verb.touches() && !(line.next() && readExptime(0))) {
            return false;
        }
        keyStart = line.stop();
        return keyStart < LONG_START_BYTES_MAX; // or it may go on behind the end
    }

    private void begin(int textEnd, int end) {
        this.textEnd = textEnd;
        this.end = end;
        error = null;
        dropsOld = false;
        quiet = false;
        length = -1;
        flags = 0;
        isCreated = false;
        isDue = false;
        line.over(0, textEnd);
        boolean said = line.next();
        verb = Verb.at(in, line.start(), line.length());
        if (!said) {
            error = Says.BAD_FORMAT;
        }
    }

    /// Its value will not be stored, and what is stored under its key must not stay.
    void refuseValue(byte[] why) {
        error = why;
        dropsOld = true;
    }

    /// Nobody is told that it failed either. The flag `q` of a meta command hides only what goes as it should.
    boolean hidesErrors() {
        return quiet && verb.kind() != Verb.Kind.META && verb.kind() != Verb.Kind.META_VALUE;
    }

    /// The words after the first one.
    Line words() {
        line.over(0, textEnd);
        line.next();
        return line;
    }

    // Classic commands.

    /// Leaves [#keyStart] where the keys begin.
    private void readKeys() {
        if (verb.touches()) {
            if (!line.next() || !line.hasMore()) {
                error = Says.BAD_FORMAT;
                return;
            }
            if (!readExptime(0)) {
                error = Says.BAD_EXPTIME;
                return;
            }
        } else if (!line.hasMore()) {
            error = Says.BAD_FORMAT;
        }
        keyStart = line.stop();
    }

    private void readValue() {
        int wanted = verb == Verb.CAS ? 5 : 4;
        int words = line.left();
        if (words > wanted + 1) {
            error = Says.ERROR;
            return;
        }
        if (words < 4) {
            error = Says.BAD_FORMAT;
            return;
        }
        boolean keyFits = readKey();
        boolean wellFormed = line.next() && line.isUnsigned(0);
        clientFlags = (int) line.number();
        wellFormed &= line.next() && readExptime(0);
        boolean hasLength = line.next() && line.isSigned(0) && line.number() >= 0 && line.number() < LENGTH_MAX;
        if (hasLength) {
            length = (int) line.number();
        }
        if (verb == Verb.CAS) {
            wellFormed &= line.next() && line.isUnsigned(0);
            cas = line.number();
        }
        quiet = words > wanted && line.next() && line.isNoreply();
        if (!keyFits || !wellFormed || !hasLength) {
            error = Says.BAD_FORMAT;
        }
    }

    private void readUpdate() {
        int words = line.left();
        switch (verb) {
            case DELETE -> readDelete(words);
            case TOUCH -> {
                if (readOneArgument(words) && !readExptime(0)) {
                    error = Says.BAD_EXPTIME;
                }
            }
            default -> {
                if (readOneArgument(words)) {
                    if (line.isUnsigned(0)) {
                        delta = line.number();
                    } else {
                        error = Says.BAD_DELTA;
                    }
                }
            }
        }
        if (verb != Verb.DELETE && words <= 3) {
            do { // who waits for no reply gets no error either
                quiet = line.isNoreply();
            } while (line.next());
        }
    }

    /// A key and one more word, at which it stops.
    private boolean readOneArgument(int words) {
        if (words > 3) {
            error = Says.ERROR;
        } else if (words < 2 || !readKey()) {
            error = Says.BAD_FORMAT;
        } else {
            line.next();
        }
        return error == null;
    }

    /// Old clients send a zero behind the key.
    private void readDelete(int words) {
        if (words > 3) {
            error = Says.ERROR;
            return;
        }
        if (words == 0 || !readKey()) {
            error = Says.BAD_FORMAT;
            return;
        }
        if (words == 1) {
            return;
        }
        line.next();
        boolean zero = line.is("0");
        quiet = line.isNoreply();
        if (words == 3) {
            line.next();
            quiet = line.isNoreply();
            if (!zero || !quiet) {
                error = Says.BAD_DELETE;
            }
        } else if (!zero && !quiet) {
            error = Says.BAD_DELETE;
        }
    }

    /// Whether somebody waits for the reply is all that is read here; [Service] reads the rest.
    private void readService() {
        while (line.next()) {
            quiet = line.isNoreply();
        }
        quiet &= verb == Verb.FLUSH_ALL || verb == Verb.VERBOSITY || verb == Verb.CACHE_MEMLIMIT;
    }

    private boolean readKey() {
        line.next();
        keyStart = line.start();
        keyLength = line.length();
        return keyLength <= KEY_BYTES_MAX;
    }

    /// memcached takes the low 32 bits of whatever number comes.
    private boolean readExptime(int skip) {
        boolean valid = line.isSigned(skip);
        exptime = (int) line.number();
        return valid;
    }

    // Meta commands.

    private void readMeta() {
        if (verb == Verb.MN) {
            return;
        }
        mode = 0;
        clientFlags = 0;
        exptime = 0;
        cas = 0;
        newCas = 0;
        delta = 1;
        initial = 0;
        if (line.left() == 0 || !readKey()) {
            error = Says.BAD_FORMAT;
            return;
        }
        if (verb == Verb.MS) {
            if (!line.next() || !line.isSigned(0) || line.number() < 0 || line.number() >= LENGTH_MAX) {
                error = Says.BAD_FORMAT;
                return;
            }
            length = (int) line.number();
        }
        flagsStart = line.stop();
        if (verb == Verb.ME) {
            readDebug();
        } else {
            readFlags();
        }
        quiet = has('q');
    }

    /// `me` knows one flag, behind its key, and minds no other word.
    private void readDebug() {
        if (line.next() && line.is("b")) {
            flags = bit((byte) 'b');
            error = Base64.isValid(in, keyStart, keyLength) ? null : Says.BAD_FORMAT;
        }
    }

    /// The last flag that is wrong decides what is said, and the first one that is unknown or there twice ends the look.
    private void readFlags() {
        boolean hidesWhich = verb == Verb.MD || verb == Verb.MA;
        while (line.next()) {
            byte flag = line.first();
            long bit = flag < 'A' ? 0 : bit(flag);
            if ((bit & KNOWN_FLAGS) == 0 || (flags & bit) != 0) {
                boolean isAscii = flag >= 0 && flag < 127; // no flag beyond is looked up
                boolean isUnknown = isAscii && (bit & KNOWN_FLAGS) == 0;
                error = hidesWhich ? Says.BAD_FLAG : isUnknown ? Says.BAD_FORMAT : Says.DUPLICATE_FLAG;
                return;
            }
            flags |= bit;
            byte[] wrong = readFlag(flag);
            if (wrong != null) {
                error = hidesWhich && flag != 'O' ? Says.BAD_FLAG : wrong;
            }
        }
    }

    private byte @Nullable [] readFlag(byte flag) {
        return switch (flag) {
            case 'b' -> Base64.isValid(in, keyStart, keyLength) ? null : Says.BAD_KEY;
            case 'N' -> {
                boolean valid = readExptimeOfFlag();
                vivifyExptime = (int) line.number();
                yield valid ? null : Says.BAD_TOKEN;
            }
            case 'R' -> {
                boolean valid = readExptimeOfFlag();
                recacheExptime = (int) line.number();
                yield valid ? null : Says.BAD_TOKEN;
            }
            case 'T' -> readExptime(1) ? null : Says.BAD_TOKEN;
            case 'F' -> {
                boolean valid = line.isUnsigned(1);
                clientFlags = (int) line.number();
                yield valid ? null : error != null ? error : Says.BAD_FORMAT; // memcached has no words for this one
            }
            case 'C' -> {
                boolean valid = line.isUnsigned(1);
                cas = line.number();
                yield valid ? null : Says.BAD_TOKEN;
            }
            case 'E' -> {
                boolean valid = line.isUnsigned(1);
                newCas = line.number();
                yield valid ? null : Says.BAD_TOKEN;
            }
            case 'D' -> {
                boolean valid = line.isUnsigned(1);
                delta = line.number();
                yield valid ? null : Says.BAD_META_DELTA;
            }
            case 'J' -> {
                boolean valid = line.isUnsigned(1);
                initial = line.number();
                yield valid ? null : Says.BAD_INITIAL;
            }
            case 'M' -> {
                mode = line.length() > 1 ? in.at(line.start() + 1) : (byte) 0;
                yield null;
            }
            case 'O' -> line.length() > OPAQUE_BYTES_MAX ? Says.LONG_OPAQUE : null;
            default -> null;
        };
    }

    private boolean readExptimeOfFlag() {
        return line.isSigned(1);
    }

    /// Whether the command has this flag.
    boolean has(char flag) {
        return (flags & bit((byte) flag)) != 0;
    }

    /// Whether it has any flag of these.
    boolean hasAny(long flags) {
        return (this.flags & flags) != 0;
    }

    static long bit(byte flag) {
        return 1L << flag - 'A';
    }

    /// The flags of a meta command, in their order.
    Line flags() {
        line.over(flagsStart, textEnd);
        return line;
    }

    /// Forgets what the store has answered.
    void clear() {
        item = null;
    }
}
