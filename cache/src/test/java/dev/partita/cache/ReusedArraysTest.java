package dev.partita.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Limits;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is read is what was stored, although items become others and their arrays are used again.
@Timeout(120)
class ReusedArraysTest {
    private static final Limits LIMITS = Limits.defaults();
    private static final int KEYS = 26;
    /// Values of so many bytes and up to eight more are of one size class, behind keys of four.
    private static final int VALUE_BYTES = 900;
    private static final int SETS = 40_000;
    private static final int READERS = 3;

    private final Talk.Server server = new Talk.Server(Settings.defaults().withMemoryBytes(16 << 20)); // one segment

    private static String set(String key, String value) {
        return "set " + key + " 7 0 " + value.length() + " noreply\r\n" + value + "\r\n";
    }

    private static String key(int number) {
        return "k" + (100 + number);
    }

    private static String letter(int number) {
        return Character.toString('A' + number);
    }

    private Item onlyItem() {
        Iterator<Item> items = server.protocol.store().walk(item -> item);
        Item item = items.next();
        assertThat(items.hasNext()).isFalse();
        return item;
    }

    @Test
    void anArrayFitsWhatItIsMadeForAndIsHandedOutOnce() {
        for (int length = 3; length < 9_000; length++) {
            int made = Spares.lengthFor(length);
            assertThat(made - length).isBetween(0, 127);
            assertThat(Spares.lengthFor(made)).isEqualTo(made);
            var spares = new Spares();
            spares.add(new byte[made], 1 << 20);
            byte[] taken = spares.take(length);
            boolean isKept = Store.ARRAY_HEADER_BYTES + made <= 8_192;
            assertThat(taken != null && taken.length == made).isEqualTo(isKept);
            assertThat(spares.bytes()).isZero();
            assertThat(spares.take(length)).isNull();
        }
    }

    @Test
    void theArrayOfAnItemThatHasGoneIsTheNextOnesOfItsSize() {
        try (var talk = new Talk(server, LIMITS)) {
            talk.ask(set("a", "1".repeat(100)));
            Item item = onlyItem();
            byte[] first = item.bytes;
            int version = item.version();
            assertThat(item.isStill(version)).isTrue();
            talk.ask(set("a", "2".repeat(101)));
            assertThat(onlyItem()).isSameAs(item);
            assertThat(item.bytes).isNotSameAs(first);
            talk.ask(set("a", "3".repeat(99)));
            assertThat(item.bytes).isSameAs(first);
            assertThat(item.isStill(version)).isFalse();
            assertThat(item.keep(version)).isFalse();
            assertThat(talk.ask("get a\r\n")).isEqualTo("VALUE a 7 99\r\n" + "3".repeat(99) + "\r\nEND\r\n");
        }
    }

    @Test
    void anArrayThatSomebodyKeepsIsNobodyElses() {
        try (var talk = new Talk(server, LIMITS)) {
            talk.ask(set("a", "1".repeat(100)));
            byte[] first = onlyItem().bytes;
            assertThat(onlyItem().keep(onlyItem().version())).isTrue();
            assertNobodyElses(first, talk);
        }
    }

    private void assertNobodyElses(byte[] array, Talk talk) {
        for (int i = 0; i < 20; i++) {
            talk.ask(set("a", "2".repeat(100)));
            assertThat(onlyItem().bytes).isNotSameAs(array);
        }
    }

    @Test
    void anItemThatIsDeadIsReplacedInItsPlace() {
        try (var talk = new Talk(server, LIMITS)) {
            talk.ask("set a 0 10 3\r\nold\r\n");
            Item item = onlyItem();
            server.clock.tick(11_000_000_000L, Talk.EPOCH_SECOND + 11); // and nobody has looked for dead ones
            talk.ask(set("a", "new"));
            assertThat(onlyItem()).isSameAs(item);
            assertThat(talk.ask("get a\r\n")).isEqualTo("VALUE a 7 3\r\nnew\r\nEND\r\n");
            talk.ask("flush_all\r\n");
            assertThat(talk.ask("get a\r\nadd a 0 0 4\r\nmore\r\nget a\r\n"))
                    .isEqualTo("END\r\nSTORED\r\nVALUE a 0 4\r\nmore\r\nEND\r\n");
        }
    }

    @Test
    void anArrayStaysKeptWhileItsItemIsOnlyMarked() {
        try (var talk = new Talk(server, LIMITS)) {
            talk.ask(set("a", "1".repeat(100)));
            byte[] first = onlyItem().bytes;
            assertThat(onlyItem().keep(onlyItem().version())).isTrue();
            talk.ask("md a I\r\n");
            assertThat(onlyItem().bytes).isSameAs(first);
            assertNobodyElses(first, talk);
        }
    }

    @Test
    void anItemThatHasGoneIsNoVersion() {
        try (var talk = new Talk(server, LIMITS)) {
            talk.ask(set("a", "1".repeat(100)));
            Item item = onlyItem();
            int version = item.version();
            talk.ask("delete a\r\n");
            assertThat(item.isStill(version)).isFalse();
            assertThat(item.isStill(item.version())).isFalse();
            assertThat(item.keep(item.version())).isFalse();
        }
    }

    @Test
    void anArrayThatNoItemHasHadIsGivenBack() {
        try (var talk = new Talk(server, LIMITS)) {
            talk.ask(set("a", "1".repeat(100)));
            byte[] first = onlyItem().bytes;
            talk.ask("delete a\r\n");
            for (int i = 0; i < 20; i++) {
                assertThat(talk.ask("replace a 0 0 100\r\n" + "2".repeat(100) + "\r\n")).isEqualTo("NOT_STORED\r\n");
            }
            talk.ask(set("a", "3".repeat(100)));
            assertThat(onlyItem().bytes).isSameAs(first);
        }
    }

    @Test
    void anItemThatIsOnlyMarkedKeepsItsValue() {
        try (var talk = new Talk(server, LIMITS)) {
            talk.ask(set("a", "1".repeat(100)));
            assertThat(talk.ask("md a I\r\n")).isEqualTo("HD\r\n");
            for (int i = 0; i < 10; i++) {
                talk.ask(set("b", "2".repeat(100)));
            }
            assertThat(talk.ask("mg a v\r\n")).isEqualTo("VA 100 X W\r\n" + "1".repeat(100) + "\r\n");
        }
    }

    @Test
    void whatIsSentLateIsWhatWasFound() {
        try (var talk = new Talk(server, LIMITS); var other = new Talk(server, LIMITS)) {
            other.ask(set("a", "a".repeat(5_000)) + set("b", "b".repeat(5_000)) + set("c", "c".repeat(5_000)));
            talk.window = 0; // the client does not read, so the second value waits where it is
            assertThat(talk.ask("get a b c\r\n")).isEmpty();
            for (int i = 0; i < 10; i++) {
                other.ask(set("a", "x".repeat(5_000)) + set("b", "y".repeat(5_000)) + set("c", "z".repeat(5_000)));
            }
            talk.window = Integer.MAX_VALUE;
            assertThat(talk.ask()).isEqualTo("VALUE a 7 5000\r\n" + "a".repeat(5_000) + "\r\nVALUE b 7 5000\r\n"
                    + "b".repeat(5_000) + "\r\nVALUE c 7 5000\r\n" + "z".repeat(5_000) + "\r\nEND\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nobodySeesTheBytesOfAnotherItem(boolean deletes) throws Exception {
        var ended = new AtomicBoolean();
        try (var threads = Executors.newFixedThreadPool(2 + READERS)) {
            try {
                fill();
                List<Future<?>> writers = List.of(
                        threads.submit(() -> write(new SplittableRandom(1), deletes)),
                        threads.submit(() -> write(new SplittableRandom(2), deletes)));
                List<Future<Integer>> readers = new ArrayList<>();
                for (int i = 0; i < READERS; i++) {
                    readers.add(threads.submit(() -> read(ended, !deletes)));
                }
                for (Future<?> each : writers) {
                    each.get(60, TimeUnit.SECONDS);
                }
                ended.set(true);
                for (Future<Integer> each : readers) {
                    assertThat(each.get(20, TimeUnit.SECONDS)).isPositive();
                }
            } finally {
                ended.set(true);
            }
        }
    }

    private void fill() {
        try (var talk = new Talk(server, LIMITS)) {
            for (int key = 0; key < KEYS; key++) {
                talk.ask(set(key(key), letter(key).repeat(VALUE_BYTES)));
            }
        }
    }

    private void write(SplittableRandom random, boolean deletes) {
        try (var talk = new Talk(server, LIMITS)) {
            for (int i = 0; i < SETS; i++) {
                int key = random.nextInt(KEYS);
                talk.ask(deletes && random.nextInt(10) == 0
                        ? "delete " + key(key) + " noreply\r\n"
                        : set(key(key), letter(key).repeat(VALUE_BYTES + random.nextInt(9))));
            }
        }
    }

    /// @return how often it has looked
    private int read(AtomicBoolean ended, boolean allAreThere) {
        var get = new StringBuilder("get");
        for (int key = 0; key < KEYS; key++) {
            get.append(' ').append(key(key));
        }
        int looks = 0;
        try (var talk = new Talk(server, LIMITS)) {
            for (; !ended.get() || looks == 0; looks++) {
                int found = checkAll(talk.ask(get + "\r\n"));
                int key = looks % KEYS;
                boolean hit = checkOne(key, talk.ask("mg " + key(key) + " k f s v\r\n"));
                String named = talk.ask("mg " + key(key) + " k f\r\n");
                long dumped = looks % 8 != 0
                        ? KEYS
                        : talk.ask("lru_crawler mgdump hash\r\n").lines()
                                .filter(line -> line.matches("mg k1[0-2][0-9]")).distinct().count();
                if (allAreThere) {
                    assertThat(found).isEqualTo(KEYS);
                    assertThat(hit).isTrue();
                    assertThat(named).isEqualTo("HD k" + key(key) + " f7\r\n");
                    assertThat(dumped).isEqualTo(KEYS);
                }
            }
        }
        return looks;
    }

    /// @return how many items the reply to a get has
    private static int checkAll(String reply) {
        int items = 0;
        int at = 0;
        while (!reply.startsWith("END\r\n", at)) {
            int line = reply.indexOf("\r\n", at);
            String[] words = reply.substring(at, line).split(" ", -1);
            int end = line + 2 + Integer.parseInt(words[3]);
            checkValue(Integer.parseInt(words[1].substring(1)) - 100, reply.substring(line + 2, end));
            assertThat(reply.startsWith("\r\n", end)).isTrue();
            at = end + 2;
            items++;
        }
        return items;
    }

    /// @return whether the reply to an mg has an item
    private static boolean checkOne(int key, String reply) {
        if (reply.equals("EN k" + key(key) + "\r\n")) {
            return false;
        }
        int line = reply.indexOf("\r\n");
        String value = reply.substring(line + 2, reply.length() - 2);
        assertThat(reply.substring(0, line))
                .isEqualTo("VA " + value.length() + " k" + key(key) + " f7 s" + value.length());
        checkValue(key, value);
        return true;
    }

    private static void checkValue(int key, String value) {
        assertThat(value.length() - VALUE_BYTES).isBetween(0, 8);
        assertThat(value).isEqualTo(letter(key).repeat(value.length()));
    }
}
