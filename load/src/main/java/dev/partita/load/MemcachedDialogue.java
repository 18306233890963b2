package dev.partita.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.partita.connection.Buffer;
import dev.partita.connection.Outbound;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/// Gets and sets in memcached's text protocol, with keys `key:000000000000` and so on, of which some are asked for more often
/// than others. A get that finds nothing is answered well too: fill the cache first where that matters.
public final class MemcachedDialogue implements Dialogue {
    /// How often each key is chosen.
    public enum Distribution {
        /// All as often.
        UNIFORM,
        /// The chance of a key falls with its rank (Zipf, exponent 0.99: that of YCSB).
        ZIPF
    }

    private static final int GET = 0;
    private static final int WEIGHTS = 1_000;
    private static final int DIGITS = 12;
    /// Keys are drawn beforehand, so that a request costs no logarithm: so many draws, used from a random place on.
    private static final int DRAWS = 1 << 20;
    private static final double ZIPF_EXPONENT = 0.99;
    private static final int LINE_BYTES_MAX = 2_048;

    private final List<Kind> kinds;
    private final int[] draws;
    private final int keysPerGet;
    private final byte[] setEnd;
    private final byte[] value;

    /// @param getRatio the share of gets, 0 to 1, kept to a thousandth
    /// @param keys how many keys there are, 1 to 100,000,000
    /// @param valueBytes bytes of every value, 0 to 1 MiB less its header
    /// @param keysPerGet keys of one get, 1 to 1,000
    /// @param seed of the draws
    public MemcachedDialogue(
            double getRatio, int keys, int valueBytes, int keysPerGet, Distribution distribution, long seed) {
        inRange("the share of gets", getRatio, 0, 1);
        inRange("keys", keys, 1, 100_000_000);
        inRange("valueBytes", valueBytes, 0, (1 << 20) - 512);
        inRange("keysPerGet", keysPerGet, 1, 1_000);
        int gets = (int) Math.round(getRatio * WEIGHTS);
        // A kind's weight is 1 at least: whoever wants only one of the two gets a thousandth of the other.
        kinds = List.of(new Kind("get", Math.max(1, gets)), new Kind("set", Math.max(1, WEIGHTS - gets)));
        this.keysPerGet = keysPerGet;
        setEnd = (" 0 0 " + valueBytes + "\r\n").getBytes(US_ASCII);
        value = new byte[valueBytes + 2];
        Arrays.fill(value, (byte) 'v');
        value[valueBytes] = '\r';
        value[valueBytes + 1] = '\n';
        draws = draw(keys, distribution, new java.util.SplittableRandom(seed));
    }

    private static void inRange(String what, double number, double least, double most) {
        if (!(number >= least && number <= most)) {
            throw new IllegalArgumentException(what + " is " + number + ": valid are " + least + " to " + most);
        }
    }

    private static int[] draw(int keys, Distribution distribution, RandomGenerator random) {
        int[] draws = new int[DRAWS];
        if (distribution == Distribution.UNIFORM) {
            Arrays.setAll(draws, i -> random.nextInt(keys));
            return draws;
        }
        double[] upTo = new double[keys];
        double sum = 0;
        for (int rank = 1; rank <= keys; rank++) {
            sum += Math.pow(rank, -ZIPF_EXPONENT);
            upTo[rank - 1] = sum;
        }
        double all = sum;
        Arrays.setAll(draws, i -> {
            int found = Arrays.binarySearch(upTo, random.nextDouble() * all);
            return Math.min(keys - 1, found < 0 ? -found - 1 : found);
        });
        return draws;
    }

    @Override
    public List<Kind> kinds() {
        return kinds;
    }

    @Override
    public Speaker speaker(RandomGenerator random) {
        return new MemcachedSpeaker(random);
    }

    private final class MemcachedSpeaker implements Speaker {
        private final RandomGenerator random;
        /// A get too long for outbound's room. Not changed while outbound is sealed, which is when it may be read.
        private final byte[] longGet = new byte[3 + keysPerGet * (5 + DIGITS) + 2];
        private int at;
        private boolean begun;
        private int seen;
        /// Bytes of a value that are still to come.
        private int left;

        MemcachedSpeaker(RandomGenerator random) {
            this.random = random;
        }

        @Override
        public void say(int kind, Outbound out) {
            at = random.nextInt(DRAWS);
            Buffer bytes = out.bytes();
            if (kind == GET) {
                int length = putGet();
                int part = Math.min(bytes.room(), length);
                bytes.put(longGet, 0, part);
                if (part < length) {
                    out.follow(longGet, part, length - part);
                }
                return;
            }
            longGet[0] = 's';
            longGet[1] = 'e';
            longGet[2] = 't';
            bytes.put(longGet, 0, putKey(3));
            bytes.put(setEnd);
            int part = Math.min(bytes.room(), value.length);
            bytes.put(value, 0, part);
            if (part < value.length) {
                out.follow(value, part, value.length - part);
            }
        }

        private int putGet() {
            longGet[0] = 'g';
            longGet[1] = 'e';
            longGet[2] = 't';
            int length = 3;
            for (int i = 0; i < keysPerGet; i++) {
                length = putKey(length);
            }
            longGet[length] = '\r';
            longGet[length + 1] = '\n';
            return length + 2;
        }

        private int putKey(int from) {
            int key = draws[at];
            at = at + 1 & DRAWS - 1;
            longGet[from] = ' ';
            longGet[from + 1] = 'k';
            longGet[from + 2] = 'e';
            longGet[from + 3] = 'y';
            longGet[from + 4] = ':';
            for (int i = DIGITS - 1; i >= 0; i--) {
                longGet[from + 5 + i] = (byte) ('0' + key % 10);
                key /= 10;
            }
            return from + 5 + DIGITS;
        }

        @Override
        public Heard hear(int kind, Buffer in, boolean ended) {
            begun |= !in.isEmpty();
            while (true) {
                int part = Math.min(left, in.length());
                in.skip(part);
                left -= part;
                int feed = left > 0 ? -1 : in.indexOf((byte) '\n', seen);
                if (feed < 0) {
                    seen = in.length();
                    return seen > LINE_BYTES_MAX
                            ? Heard.BAD
                            : !ended
                                    ? Heard.MORE
                                    : begun ? Heard.EARLY_END : Heard.NOTHING;
                }
                seen = 0;
                Heard heard = hearLine(kind, in, feed);
                in.skip(feed + 1);
                if (heard != Heard.MORE) {
                    begun = false;
                    return heard;
                }
            }
        }

        /// @return MORE if the reply goes on behind this line
        private Heard hearLine(int kind, Buffer in, int feed) {
            if (kind == GET && startsWith(in, feed, "VALUE ")) {
                left = lastNumber(in, feed) + 2;
                return left < 2 ? Heard.BAD : Heard.MORE;
            }
            if (startsWith(in, feed, kind == GET ? "END" : "STORED")) {
                return Heard.WELL;
            }
            return startsWith(in, feed, "SERVER_ERROR")
                    ? Heard.SERVER_ERROR
                    : startsWith(in, feed, "CLIENT_ERROR") || startsWith(in, feed, "ERROR")
                            ? Heard.CLIENT_ERROR
                            : Heard.BAD;
        }

        private static boolean startsWith(Buffer in, int feed, String start) {
            if (feed < start.length()) {
                return false;
            }
            for (int i = 0; i < start.length(); i++) {
                if (in.at(i) != start.charAt(i)) {
                    return false;
                }
            }
            return true;
        }

        /// The length of the value that a line announces; negative if there is none.
        private static int lastNumber(Buffer in, int feed) {
            int number = 0;
            int scale = 1;
            int i = in.at(feed - 1) == '\r' ? feed - 2 : feed - 1;
            int last = i;
            for (; i >= 0 && in.at(i) != ' '; i--) {
                int digit = in.at(i) - '0';
                if (digit < 0 || digit > 9 || last - i > 8) {
                    return -2;
                }
                number += digit * scale;
                scale *= 10;
            }
            return i == last ? -2 : number;
        }

        @Override
        public boolean isOver() {
            return false;
        }

        @Override
        public void reset() {
            begun = false;
            seen = 0;
            left = 0;
        }
    }
}
