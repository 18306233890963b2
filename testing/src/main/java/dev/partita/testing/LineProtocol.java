package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.partita.connection.Buffer;
import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.connection.FileTree;
import dev.partita.connection.OpenFile;
import dev.partita.connection.Outbound;
import dev.partita.connection.Producer;
import dev.partita.connection.Protocol;
import dev.partita.connection.Session;
import dev.partita.connection.Step;
import dev.partita.connection.Symlinks;
import dev.partita.limits.Counter;
import dev.partita.limits.Phase;
import dev.partita.limits.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// A protocol that uses everything a session can ask of a server, one command a line. Every reply is the length of its body
/// in decimal digits, a line feed, and the body.
///
/// | command          | what happens                                                                        |
/// |------------------|-------------------------------------------------------------------------------------|
/// | `echo TEXT`      | replies TEXT; never blocks, and allocates nothing while TEXT fits in outbound       |
/// | `put N`          | N bytes of body follow the line; replies their CRC-32 in hexadecimal                |
/// | `block NAME`     | blocking work that stops at the gate NAME; replies `NAME`                           |
/// | `wait NAME`      | puts its reply off until the test completes it                                      |
/// | `ready TEXT`     | as `wait`, but its wait is over before it begins; replies TEXT                      |
/// | `stages N`       | goes through the stages parse, work (N times) and render; replies their names       |
/// | `big N`          | replies the first N bytes of the [Pattern], from an array                           |
/// | `stream N`       | the same, made piece by piece                                                       |
/// | `break N`        | as `stream`, but announces one byte more and fails after N                          |
/// | `file OFFSET N`  | replies a part of the file, which holds the pattern; opened as blocking work        |
/// | `fail`           | throws                                                                              |
/// | `interrupt`      | leaves its thread interrupted; replies `interrupted`                                |
/// | `thread`         | replies the name of the thread that does the work                                   |
/// | `quit`           | replies `bye`, and the connection ends with a lingering close                       |
/// | `abort`          | the connection is reset without a reply                                             |
///
/// Anything else is replied to with `?`, and a line without an end with `? too long` and a lingering close. Work that is
/// shed is replied to with `busy`.
public final class LineProtocol implements Protocol {
    /// The file that `file` sends, in the folder that the protocol was given.
    public static final String FILE = "pattern";
    /// The longest line, without its end.
    public static final int LINE_BYTES_MAX = 20_000;
    /// The most bytes that a command may ask for.
    public static final int BYTES_MAX = Pattern.LENGTH;

    /// Room for the start of any reply: the length and a short body.
    private static final int START_BYTES_MAX = 64;
    private static final byte[] ECHO = "echo ".getBytes(ISO_8859_1);
    private static final byte[] BLOCK = "block ".getBytes(ISO_8859_1);
    private static final byte[] OF_FILE = "file ".getBytes(ISO_8859_1);
    private static final List<String> STAGES = List.of("parse", "work", "render");
    private static final int PARSE = 0;
    private static final int WORK = 1;
    private static final int RENDER = 2;

    private final Backstage backstage;
    private final @Nullable Path folder;
    private final AtomicLong untimely = new AtomicLong();

    /// @param folder where [#FILE] is; null if `file` is not going to be asked for
    public LineProtocol(Backstage backstage, @Nullable Path folder) {
        this.backstage = backstage;
        this.folder = folder;
    }

    /// Without a file.
    public LineProtocol(Backstage backstage) {
        this(backstage, null);
    }

    @Override
    public Session open(Connection connection) {
        return new Line(connection);
    }

    @Override
    public List<String> stages() {
        return STAGES;
    }

    /// How often a wait came to an end although nobody had completed it. The sum over all connections.
    public long untimelyWakes() {
        return untimely.get();
    }

    /// A reply that was put off.
    private static final class Late implements Backstage.PutOff {
        private final Connection connection;
        private final long ticket;
        private volatile @Nullable String reply;

        Late(Connection connection) {
            this.connection = connection;
            ticket = connection.ticket();
        }

        @Override
        public boolean complete(String reply) {
            boolean first = this.reply == null;
            if (first) {
                this.reply = reply;
            }
            connection.resume(ticket); // also the second time: it has to be ignored
            return first;
        }
    }

    private final class Line implements Session {
        private final Connection connection;
        private final Buffer in;
        private final Outbound out;

        /// What the session is in the middle of, at most one of these four.
        private int bodyLeft;
        private int stage = WORK;
        private int stagesLeft;
        private @Nullable Late late;

        private boolean closing;
        /// A request has begun of which nobody was told yet that it is over.
        private boolean untold;
        private final CRC32 sum = new CRC32();
        private final StringBuilder path = new StringBuilder();

        Line(Connection connection) {
            this.connection = connection;
            in = connection.inbound();
            out = connection.outbound();
        }

        @Override
        public Step next() {
            if (untold && isReplied() && out.isDrained()) {
                untold = false;
                connection.replied(true);
            }
            Late reply = late;
            if (reply != null) {
                return waitFor(reply);
            }
            if (out.isProducing()) {
                return out.isDrained() ? Step.WORK : Step.WRITE;
            }
            if (closing) {
                return out.isDrained() ? Step.CLOSE : Step.WRITE;
            }
            if (out.isSealed() || out.bytes().isAttached() && out.bytes().room() < START_BYTES_MAX) {
                return Step.WRITE;
            }
            if (bodyLeft > 0) {
                return in.isEmpty() ? readOrWrite() : Step.WORK;
            }
            if (stagesLeft > 0) {
                return Step.WORK;
            }
            if (in.indexOf((byte) '\n', 0) < 0 && in.length() <= LINE_BYTES_MAX) {
                return readOrWrite();
            }
            if (startsWith(BLOCK) || startsWith(OF_FILE)) {
                return out.isDrained() ? Step.BLOCKING : Step.WRITE;
            }
            return Step.WORK;
        }

        private boolean isReplied() {
            return late == null && bodyLeft == 0 && stagesLeft == 0 && !out.isProducing();
        }

        private Step waitFor(Late reply) {
            if (reply.reply != null) {
                return out.isDrained() || out.bytes().room() >= START_BYTES_MAX ? Step.WORK : Step.WRITE;
            }
            if (!out.isDrained()) {
                return Step.WRITE;
            }
            if (connection.isResumed() && reply.reply == null) {
                untimely.incrementAndGet();
            }
            return Step.WAIT;
        }

        private Step readOrWrite() {
            return out.isDrained() ? Step.READ : Step.WRITE;
        }

        @Override
        public int stage() {
            return stage;
        }

        @Override
        public Phase phase() {
            if (bodyLeft > 0) {
                return Phase.BODY;
            }
            return in.isEmpty() && late == null && stagesLeft == 0 ? Phase.IDLE : Phase.HEAD;
        }

        @Override
        public void work() {
            Late reply = late;
            if (reply != null) {
                late = null;
                reply(String.valueOf(reply.reply));
            } else if (out.isProducing()) {
                produce();
            } else if (bodyLeft > 0) {
                takeBody();
            } else if (stagesLeft > 0) {
                runStage();
            } else {
                takeLine();
            }
        }

        private void produce() {
            try {
                out.produce();
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        }

        private void takeBody() {
            while (bodyLeft > 0 && !in.isEmpty()) {
                sum.update(in.at(0));
                in.skip(1);
                bodyLeft--;
            }
            if (bodyLeft == 0) {
                reply(Long.toHexString(sum.getValue()));
            }
        }

        private void runStage() {
            path.append(path.isEmpty() ? "" : " ").append(STAGES.get(stage));
            stagesLeft--;
            if (stagesLeft == 0) {
                stage = WORK;
                reply(path.toString());
            } else {
                stage = stagesLeft == 1 ? RENDER : WORK;
            }
        }

        private void takeLine() {
            connection.counters().increment(Counter.REQUESTS);
            if (untold) {
                connection.replied(true); // the one before: its reply leaves together with this one's
            }
            untold = true;
            int end = in.indexOf((byte) '\n', 0);
            if (end < 0 || end > LINE_BYTES_MAX) {
                connection.counters().increment(Counter.BAD_REQUESTS);
                reply("? too long");
                close(Close.LINGER);
            } else if (startsWith(ECHO)) {
                echo(ECHO.length, end - ECHO.length);
                in.skip(end + 1);
            } else {
                byte[] line = new byte[end];
                in.copy(0, line, 0, end);
                in.skip(end + 1);
                perform(new String(line, ISO_8859_1).split(" ", -1));
            }
        }

        private void echo(int from, int length) {
            Buffer bytes = out.bytes();
            bytes.putDecimal(length);
            bytes.put((byte) '\n');
            if (bytes.room() >= length) {
                bytes.put(in, from, length);
            } else {
                byte[] copy = new byte[length];
                in.copy(from, copy, 0, length);
                out.follow(copy, 0, length);
            }
        }

        private void perform(String[] words) {
            String argument = words.length > 1 ? words[1] : "";
            switch (words[0] + " " + (words.length - 1)) {
                case "put 1" -> put(bytes(argument));
                case "block 1" -> block(argument);
                case "wait 1" -> putOff(argument);
                case "ready 1" -> {
                    late = new Late(connection);
                    late.complete(argument);
                }
                case "stages 1" -> stages(bytes(argument));
                case "big 1" -> big(bytes(argument));
                case "stream 1" -> stream(bytes(argument), false);
                case "break 1" -> stream(bytes(argument), true);
                case "file 2" -> file(bytes(argument), bytes(words[2]));
                case "fail 0" -> throw new IllegalStateException("asked to fail");
                case "interrupt 0" -> {
                    Thread.currentThread().interrupt();
                    reply("interrupted");
                }
                case "thread 0" -> reply(Thread.currentThread().getName());
                case "quit 0" -> {
                    reply("bye");
                    close(Close.LINGER);
                }
                case "abort 0" -> close(Close.ABORT);
                default -> bad();
            }
        }

        private void put(int count) {
            if (count < 0) {
                bad();
                return;
            }
            sum.reset();
            bodyLeft = count;
            if (count == 0) {
                reply("0");
            }
        }

        private void block(String name) {
            try {
                backstage.gate(name).pass();
                reply(name);
            } catch (InterruptedException aborted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted at gate " + name, aborted);
            }
        }

        private void putOff(String name) {
            Late reply = new Late(connection);
            late = reply;
            backstage.announce(name, reply);
        }

        private void stages(int times) {
            if (times < 0 || times > 100) {
                bad();
                return;
            }
            path.setLength(0);
            stage = PARSE;
            stagesLeft = times + 2;
        }

        private void big(int count) {
            if (count < 0) {
                bad();
                return;
            }
            announce(count);
            out.follow(Pattern.shared(), 0, count);
        }

        private void stream(int count, boolean fails) {
            if (count < 0) {
                bad();
                return;
            }
            announce(fails ? count + 1 : count);
            out.follow(new Streaming(backstage, count, fails));
        }

        private void file(int offset, int count) {
            Path from = folder;
            if (offset < 0 || count < 0 || from == null) {
                bad();
                return;
            }
            try (FileTree tree = connection.files(from, Symlinks.INSIDE)) {
                OpenFile file = tree.open(FILE);
                if (file == null) {
                    bad();
                    return;
                }
                announce(count);
                out.follow(file, offset, count);
            } catch (IOException failure) {
                throw new IllegalStateException(failure);
            }
        }

        private void announce(int length) {
            out.bytes().putDecimal(length);
            out.bytes().put((byte) '\n');
        }

        private void bad() {
            connection.counters().increment(Counter.BAD_REQUESTS);
            reply("?");
        }

        private void close(Close how) {
            connection.closing(how);
            closing = true;
        }

        /// A reply whose body may be longer than the room there is.
        private void reply(String body) {
            announce(body.length());
            if (out.bytes().room() >= body.length()) {
                out.bytes().putLatin1(body);
            } else {
                out.follow(body.getBytes(ISO_8859_1), 0, body.length());
            }
        }

        @Override
        public boolean refuse(Refusal why) {
            if (out.isProducing()) {
                return false; // its length is on its way
            }
            if (late != null) {
                late = null;
            } else if (stagesLeft > 0) {
                stagesLeft = 0;
                stage = WORK;
            } else if (bodyLeft > 0) {
                return false; // what is left of the body would be taken for commands
            } else {
                int end = in.indexOf((byte) '\n', 0);
                if (end < 0 || startsWith("put ".getBytes(ISO_8859_1))) {
                    return false;
                }
                in.skip(end + 1);
                untold = true;
            }
            reply("busy");
            return true;
        }

        @Override
        public boolean reset() {
            if (untold) {
                untold = false;
                connection.replied(false);
            }
            bodyLeft = 0;
            stagesLeft = 0;
            stage = WORK;
            late = null;
            closing = false;
            return true;
        }

        private boolean startsWith(byte[] word) {
            if (in.length() < word.length) {
                return false;
            }
            for (int i = 0; i < word.length; i++) {
                if (in.at(i) != word[i]) {
                    return false;
                }
            }
            return true;
        }

        private static int bytes(String digits) {
            int value = digits.matches("[0-9]{1,8}") ? Integer.parseInt(digits) : -1;
            return value <= BYTES_MAX ? value : -1;
        }
    }

    /// The pattern piece by piece: as much as fits in each.
    static final class Streaming implements Producer {
        private final Backstage backstage;
        private final int count;
        private final boolean fails;
        private int position;

        Streaming(Backstage backstage, int count, boolean fails) {
            this.backstage = backstage;
            this.count = count;
            this.fails = fails;
        }

        @Override
        public boolean fill(Buffer into) {
            int piece = Math.min(into.room(), count - position);
            into.put(Pattern.shared(), position, piece);
            position += piece;
            backstage.produced(piece);
            if (position < count) {
                return true;
            }
            if (fails) {
                throw new IllegalStateException("asked to fail after " + count + " bytes");
            }
            return false;
        }
    }
}
