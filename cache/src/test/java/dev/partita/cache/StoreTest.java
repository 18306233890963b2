package dev.partita.cache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.cache.Settings.Feature;
import dev.partita.connection.Buffer;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What stays, what goes, and when.
class StoreTest {
    private static final Limits LIMITS = Limits.defaults();

    private static Talk talk(Settings settings) {
        return new Talk(new Talk.Server(settings), LIMITS);
    }

    @Test
    void anItemEndsWhenItsTimeHasCome() {
        try (var talk = new Talk()) {
            talk.ask("set a 0 10 1\r\nx\r\nset b 0 1800000010 1\r\nx\r\nset c 0 0 1\r\nx\r\n");
            talk.server.pass(9);
            assertThat(talk.ask("get a b c\r\n"))
                    .isEqualTo("VALUE a 0 1\r\nx\r\nVALUE b 0 1\r\nx\r\nVALUE c 0 1\r\nx\r\nEND\r\n");
            talk.server.pass(1);
            assertThat(talk.ask("get a b c\r\n")).isEqualTo("VALUE c 0 1\r\nx\r\nEND\r\n");
        }
    }

    @Test
    void aTouchMovesTheEnd() {
        try (var talk = new Talk()) {
            talk.ask("set a 0 10 1\r\nx\r\nset b 0 10 1\r\nx\r\nset c 0 10 1\r\nx\r\n");
            talk.server.pass(5);
            talk.ask("touch a 10\r\ngat 10 b\r\nmg c T10\r\n");
            talk.server.pass(9);
            assertThat(talk.ask("mg a t\r\nmg b t\r\nmg c t\r\n")).isEqualTo("HD t1\r\nHD t1\r\nHD t1\r\n");
            talk.server.pass(1);
            assertThat(talk.ask("get a b c\r\n")).isEqualTo("END\r\n");
        }
    }

    @Test
    void aJumpOfTheWallClockMovesNoEnd() {
        try (var talk = new Talk()) {
            talk.ask("set a 0 10 1\r\nx\r\n");
            talk.server.clock.tick(1_000_000_000L, Talk.EPOCH_SECOND + 3_600);
            assertThat(talk.ask("mg a t\r\n")).isEqualTo("HD t9\r\n");
        }
    }

    @Test
    void showsWhenAnItemWasLastAskedFor() {
        try (var talk = new Talk()) {
            talk.ask("set a 0 0 1\r\nx\r\n");
            talk.server.pass(7);
            assertThat(talk.ask("mg a l h\r\nmg a l h\r\n")).isEqualTo("HD l7 h0\r\nHD l0 h1\r\n");
        }
    }

    @Test
    void aFlushInTheFutureTakesWhatIsThereThen() {
        try (var talk = new Talk()) {
            talk.ask("set a 0 0 1\r\nx\r\nflush_all 10\r\n");
            talk.server.pass(9);
            assertThat(talk.ask("get a\r\nset b 0 0 1\r\ny\r\n")).startsWith("VALUE a");
            talk.server.pass(1);
            assertThat(talk.ask("get a b\r\nset a 0 0 1\r\nz\r\nget a\r\n"))
                    .isEqualTo("END\r\nSTORED\r\nVALUE a 0 1\r\nz\r\nEND\r\n");
        }
    }

    @Test
    void aFlushSparesWhatIsSetInTheSameSecond() {
        try (var talk = new Talk()) {
            assertThat(talk.ask("set a 0 0 1\r\nx\r\nflush_all\r\nset b 0 0 1\r\ny\r\nget a b\r\n"))
                    .isEqualTo("STORED\r\nOK\r\nSTORED\r\nVALUE b 0 1\r\ny\r\nEND\r\n");
        }
    }

    @Test
    void itemsThatNobodyAsksForAreFoundAndRemoved() {
        try (var talk = new Talk()) {
            for (int i = 0; i < 1_000; i++) {
                talk.ask("set k" + i + " 0 5 1 noreply\r\nx\r\n");
            }
            assertThat(talk.server.protocol.store().items()).isEqualTo(1_000);
            talk.server.pass(6);
            talk.server.pass(1);
            assertThat(talk.server.protocol.store().items()).isZero();
            assertThat(talk.server.protocol.store().bytes()).isZero();
        }
    }

    @Test
    void theMemoryOfItemsIsBounded() {
        try (var talk = talk(Settings.defaults().withMemoryBytes(4 << 20))) {
            String value = "x".repeat(1_000);
            for (int i = 0; i < 20_000; i++) {
                talk.ask("set key" + i + " 0 0 1000 noreply\r\n" + value + "\r\n");
                assertThat(talk.server.protocol.store().bytes()).isLessThan(4 << 20 + (1 << 16));
            }
            Store store = talk.server.protocol.store();
            assertThat(store.bytes()).isBetween(3_500_000L, (long) (4 << 20));
            assertThat(talk.count(Stat.EVICTIONS)).isEqualTo(20_000 - store.items());
        }
    }

    @Test
    void aCacheThatDoesNotEvictRefuses() {
        try (var talk = talk(Settings.defaults().withMemoryBytes(4 << 20).without(Feature.EVICTION))) {
            String value = "x".repeat(100_000);
            int stored = 0;
            while (talk.ask("set key" + stored + " 0 0 100000\r\n" + value + "\r\n").equals("STORED\r\n")) {
                stored++;
            }
            assertThat(stored).isBetween(40, 41);
            assertThat(talk.ask("set other 0 0 100000\r\n" + value + "\r\n"))
                    .isEqualTo("SERVER_ERROR out of memory storing object\r\n");
            assertThat(talk.ask("set key1 0 0 100000\r\n" + value + "\r\n")).isEqualTo("STORED\r\n");
            assertThat(talk.ask("delete key2\r\nset other 0 0 100000\r\n" + value + "\r\n"))
                    .isEqualTo("DELETED\r\nSTORED\r\n");
            assertThat(talk.count(Stat.EVICTIONS)).isZero();
        }
    }

    @Test
    void aCacheThatDoesNotEvictHasRoomAgainWhenItsItemsAreDead() {
        for (boolean flushes : new boolean[]{false, true}) {
            try (var talk = talk(Settings.defaults().withMemoryBytes(4 << 20).without(Feature.EVICTION))) {
                String item = " 0 " + (flushes ? 0 : 10) + " 100000\r\n" + "x".repeat(100_000) + "\r\n";
                int stored = 0;
                while (talk.ask("set key" + stored + item).equals("STORED\r\n")) {
                    stored++;
                }
                if (flushes) {
                    talk.ask("flush_all\r\n");
                } else {
                    talk.server.clock.tick(11_000_000_000L, Talk.EPOCH_SECOND + 11); // and nobody looks for dead ones
                }
                assertThat(talk.ask("set key0 0 0 300000\r\n" + "y".repeat(300_000) + "\r\nset other" + item))
                        .isEqualTo("STORED\r\nSTORED\r\n");
                assertThat(talk.ask("mg key0 s\r\nmg other s\r\nmg key1 s\r\n"))
                        .isEqualTo("HD s300000\r\nHD s100000\r\nEN\r\n");
                assertThat(talk.count(Stat.RECLAIMED)).isEqualTo(4); // the old key0, and what had to go for the two
            }
        }
    }

    @Test
    void aCacheThatDoesNotEvictKeepsWhatItCannotChange() {
        try (var talk = talk(Settings.defaults().withMemoryBytes(16 << 20).without(Feature.EVICTION))) {
            talk.ask("set n 0 0 1\r\n9\r\nset rest 0 0 1000\r\n" + "x".repeat(1_000) + "\r\n");
            for (int size = 100_000; size > 10; size /= 10) {
                String item = " 0 0 " + size + "\r\n" + "x".repeat(size) + "\r\n";
                for (int i = 0; talk.ask("set key" + size + "-" + i + item).equals("STORED\r\n");) {
                    i++;
                }
            }
            Store store = talk.server.protocol.store();
            int rest = 1_000 + (int) ((16 << 20) - store.bytes());
            assertThat(talk.ask("set rest 0 0 " + rest + "\r\n" + "x".repeat(rest) + "\r\n")).isEqualTo("STORED\r\n");
            assertThat(talk.ask("incr n 1\r\nma n\r\nget n\r\n")).isEqualTo("SERVER_ERROR out of memory\r\n".repeat(2)
                    + "VALUE n 0 1\r\n9\r\nEND\r\n");
            assertThat(talk.ask("cache_memlimit 8\r\ndecr n 1\r\nmd n I\r\nmg n v\r\nset n 0 0 1\r\n1\r\n"))
                    .isEqualTo("OK\r\n8\r\nHD\r\nVA 1 X W\r\n8\r\nSTORED\r\n");
            assertThat(talk.ask("append n 0 0 100\r\n" + "1".repeat(100) + "\r\nget n\r\n"))
                    .isEqualTo("SERVER_ERROR out of memory storing object\r\nEND\r\n");
        }
    }

    @Test
    void aLargeItemIsNotWhatGoesForItself() {
        try (var talk = talk(Settings.defaults().withMemoryBytes(4 << 20).withItemBytesMax(2 << 20))) {
            String value = " 0 0 1000 noreply\r\n" + "x".repeat(1_000) + "\r\n";
            for (int i = 0; i < 5_000; i++) {
                talk.ask("set key" + i + value + "get key" + i + "\r\n");
            }
            assertThat(talk.ask("set large 0 0 1000000\r\n" + "x".repeat(1_000_000) + "\r\nmg large s\r\n"))
                    .isEqualTo("STORED\r\nHD s1000000\r\n");
            for (int i = 0; i < 100; i++) {
                talk.ask("set more" + i + value);
            }
            assertThat(talk.ask("mg large s\r\nmg more99 s\r\n")).isEqualTo("HD s1000000\r\nHD s1000\r\n");
            assertThat(talk.server.protocol.store().bytes()).isLessThanOrEqualTo(4 << 20);
        }
    }

    @Test
    void theLargestItemMayArrive() {
        try (var talk = talk(Settings.defaults().withMemoryBytes(20 << 20).withItemBytesMax(10 << 20))) {
            int most = (10 << 20) - 48 - 8 - 2 - 2;
            String quarter = "x".repeat(most / 4);
            assertThat(talk.ask("set a 0 0 " + most + "\r\n", quarter, quarter, quarter, quarter, "\r\nmg a s\r\n"))
                    .isEqualTo("STORED\r\nHD s" + most + "\r\n");
        }
    }

    @Test
    void valuesThatAreStillArrivingAreBoundedTogether() {
        var server = new Talk.Server(Settings.defaults().withMemoryBytes(16 << 20).withItemBytesMax(8 << 20));
        var talks = new Talk[10];
        int refused = 0;
        for (int i = 0; i < talks.length; i++) {
            talks[i] = new Talk(server, LIMITS);
            refused += talks[i].ask("set a 0 0 4000000\r\n" + "x".repeat(1_000_000)).isEmpty() ? 0 : 1;
        }
        assertThat(refused).isBetween(4, 8);
        for (Talk talk : talks) {
            talk.close();
        }
        try (var talk = new Talk(server, LIMITS)) {
            assertThat(talk.ask("set a 0 0 4000000\r\n" + "x".repeat(4_000_000) + "\r\n")).isEqualTo("STORED\r\n");
        }
    }

    @Test
    void theBoundCanBeChanged() {
        try (var talk = talk(Settings.defaults().withMemoryBytes(64 << 20))) {
            String value = "x".repeat(100_000);
            for (int i = 0; i < 200; i++) {
                talk.ask("set key" + i + " 0 0 100000 noreply\r\n" + value + "\r\n");
            }
            assertThat(talk.ask("cache_memlimit 8\r\n")).isEqualTo("OK\r\n");
            assertThat(talk.server.protocol.store().bytes()).isLessThanOrEqualTo(8 << 20);
            assertThat(talk.ask("cache_memlimit 4\r\n"))
                    .isEqualTo("MEMLIMIT_TOO_SMALL cannot set maxbytes to less than 8m\r\n");
            assertThat(talk.ask("cache_memlimit 65\r\n"))
                    .isEqualTo("MEMLIMIT_ADJUST_FAILED out of bounds or unable to adjust\r\n");
        }
    }

    @Test
    void aMillionErrorsThatNobodyIsToldLeaveNothingBehind() {
        try (var talk = new Talk()) {
            String errors = "set k 0 0 x noreply\r\nincr k x noreply\r\ndelete k 1 noreply\r\n".repeat(1_000);
            byte[] batch = errors.getBytes(ISO_8859_1);
            for (int i = 0; i < 334; i++) {
                talk.ask(batch);
            }
            assertThat(talk.count(Counter.BAD_REQUESTS)).isEqualTo(334 * 3_000);
            assertThat(talk.server.protocol.store().items()).isZero();
        }
    }

    @Test
    void aScanTakesNothingThatIsAskedForAgainAndAgain() {
        try (var talk = talk(Settings.defaults().withMemoryBytes(4 << 20))) {
            for (int i = 0; i < 100; i++) {
                talk.ask("set hot" + i + " 0 0 1 noreply\r\nx\r\nget hot" + i + "\r\n");
            }
            for (int i = 0; i < 60_000; i++) {
                talk.ask("set scanned" + i + " 0 0 1 noreply\r\nx\r\n");
            }
            assertThat(talk.count(Stat.EVICTIONS)).isGreaterThan(10_000);
            for (int i = 0; i < 100; i++) {
                assertThat(talk.ask("get hot" + i + "\r\n")).startsWith("VALUE hot" + i);
            }
        }
    }

    @Test
    void aDumpNamesEachItemOnceThoughTheTableGrowsMeanwhile() {
        try (var talk = new Talk()) {
            for (int i = 0; i < 1_000; i++) {
                talk.ask("set kept" + i + " 0 0 1 noreply\r\nx\r\n");
            }
            List<String> named = new ArrayList<>();
            Iterator<byte[]> items = talk.server.protocol.store().walk(Item::key);
            for (int i = 0; items.hasNext(); i++) {
                named.add(new String(items.next(), ISO_8859_1));
                talk.ask("set more" + i + " 0 0 1 noreply\r\nx\r\nset yetmore" + i + " 0 0 1 noreply\r\nx\r\n");
            }
            assertThat(named).doesNotHaveDuplicates();
            assertThat(named.stream().filter(key -> key.startsWith("kept"))).hasSize(1_000);
        }
    }

    @Test
    void aDumpOfDeadItemsTakesTurnsToo() {
        try (var talk = new Talk()) {
            for (int i = 0; i < 20_000; i++) {
                talk.ask("set key" + i + " 0 5 1 noreply\r\nx\r\n");
            }
            talk.server.clock.tick(6_000_000_000L, Talk.EPOCH_SECOND + 6); // and nobody looks for dead ones
            long before = talk.workPasses;
            assertThat(talk.ask("lru_crawler metadump all\r\n")).isEqualTo("END\r\n");
            assertThat(talk.workPasses - before).isGreaterThan(10);
        }
    }

    @Test
    void whatIsStoredIsFoundWhileTheTableGrows() throws Exception {
        var server = new Talk.Server(Settings.defaults());
        try (var talk = new Talk(server, LIMITS)) {
            for (int i = 0; i < 100; i++) {
                talk.ask("set kept" + i + " 0 0 1 noreply\r\nx\r\n");
            }
            var misses = new AtomicLong();
            var ended = new AtomicBoolean();
            var reader = new Thread(() -> {
                try (var other = new Talk(server, LIMITS)) {
                    for (int i = 0; !ended.get(); i++) {
                        misses.addAndGet(other.ask("get kept" + i % 100 + "\r\n").equals("END\r\n") ? 1 : 0);
                    }
                }
            });
            reader.start();
            for (int i = 0; i < 100_000; i++) {
                talk.ask("set more" + i + " 0 0 1 noreply\r\nx\r\n");
            }
            ended.set(true);
            reader.join();
            assertThat(misses).hasValue(0);
            assertThat(server.protocol.store().items()).isEqualTo(100_100);
        }
    }

    @Test
    void whatIsThereIsFoundWithoutALockHalfwayThroughAGrowth() throws Exception {
        var server = new Talk.Server(Settings.defaults().withMemoryBytes(16 << 20)); // one segment
        try (var talk = new Talk(server, LIMITS)) {
            for (int items = 1; items <= 1_100; items++) { // through every state of three growths
                talk.ask("set key" + items + " 0 0 1 noreply\r\nx\r\n");
                int first = Math.max(1, items - 300);
                if (items % 20 == 0) {
                    assertThat(keysFound(server, first, items)).as("of " + items).isEqualTo(items - first + 1);
                }
            }
            talk.ask("delete key700 noreply\r\nset key701 0 0 3 noreply\r\nnew\r\n");
            assertThat(talk.ask("get key700 key701\r\n")).isEqualTo("VALUE key701 0 3\r\nnew\r\nEND\r\n");
            assertThat(talk.ask("lru_crawler mgdump hash\r\n").lines().distinct()).hasSize(1_099 + 1);
        }
    }

    /// Looks while somebody else holds the lock for good.
    private static long keysFound(Talk.Server server, int first, int last) throws Exception {
        var get = new StringBuilder("get");
        for (int i = first; i <= last; i++) {
            get.append(" key").append(i);
        }
        var anyKey = new Probe(0, 1, Buffer.over(MemorySegment.ofArray(new byte[0])), 0).at(0, 0);
        try (var thread = Executors.newSingleThreadExecutor()) {
            synchronized (server.protocol.store().lock(anyKey)) {
                return thread.submit(() -> {
                    try (var talk = new Talk(server, LIMITS)) {
                        return talk.ask(get + "\r\n").lines().filter(line -> line.startsWith("VALUE")).count();
                    }
                }).get(10, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void countsWhyAKeyWasMissed() {
        try (var talk = new Talk()) {
            talk.ask("set a 0 5 1\r\nx\r\nset b 0 0 1\r\nx\r\n");
            talk.server.pass(6);
            talk.ask("flush_all\r\nget b none\r\n");
            assertThat(talk.count(Stat.GET_FLUSHED)).isEqualTo(1);
            talk.ask("set a 0 5 1\r\nx\r\n");
            talk.server.clock.tick(12_000_000_000L, Talk.EPOCH_SECOND + 12);
            talk.ask("get a\r\n");
            assertThat(talk.count(Stat.GET_EXPIRED)).isEqualTo(1);
            assertThat(talk.count(Stat.GET_MISSES)).isEqualTo(3);
        }
    }

    @Test
    void aGetThatTouchesCountsAsATouch() {
        try (var talk = new Talk()) {
            talk.ask("set a 0 0 1\r\nx\r\ngat 10 a b\r\ngats 10 a\r\n");
            assertThat(talk.count(Stat.TOUCH_HITS)).isEqualTo(2);
            assertThat(talk.count(Stat.TOUCH_MISSES)).isEqualTo(1);
            assertThat(talk.count(Stat.CMD_TOUCH)).isEqualTo(3);
            assertThat(talk.server.protocol.counts()).containsEntry("cmd_get", 0L);
        }
    }

    @Test
    void namesTheHotKeysWhileSomebodyWantsToKnow() {
        try (var talk = new Talk()) {
            talk.ask("get hot\r\n".repeat(1_000));
            assertThat(talk.ask("stats hotkeys\r\n")).isEqualTo("END\r\n");
            assertThat(talk.ask("stats hotkeys on\r\n")).isEqualTo("OK\r\n");
            for (int i = 0; i < 5_000; i++) {
                talk.ask("get hot key" + i + "\r\nmg hot v\r\n");
            }
            String[] hottest = talk.ask("stats hotkeys\r\n").split("\r\n", 0);
            assertThat(hottest).hasSizeLessThanOrEqualTo(HotKeys.KEYS_MAX + 1);
            assertThat(hottest[0]).startsWith("STAT hot ");
            assertThat(Long.parseLong(hottest[0].substring("STAT hot ".length()))).isBetween(8_000L, 12_000L);
            assertThat(talk.ask("stats hotkeys off\r\nstats hotkeys\r\n")).isEqualTo("OK\r\nEND\r\n");
            assertThat(talk.ask("stats hotkeys x\r\n")).startsWith("CLIENT_ERROR usage");
        }
    }

    @Test
    void withoutIdsEveryItemHasTheSame() {
        try (var talk = talk(Settings.defaults().without(Feature.CAS))) {
            assertThat(talk.ask("set a 0 0 1\r\nx\r\ngets a\r\n")).isEqualTo("STORED\r\nVALUE a 0 1 0\r\nx\r\nEND\r\n");
        }
    }

    @Test
    void whoHasToSayWhoTheyAreCanDoNothingBefore(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("users"), "ann:secret\nbob:other\n");
        try (var talk = talk(Settings.defaults().withCredentials(Credentials.read(file)))) {
            String refused = "CLIENT_ERROR unauthenticated\r\n";
            assertThat(talk.ask("get a\r\nmn\r\nversion\r\nfoo\r\n")).isEqualTo(refused.repeat(4));
            assertThat(talk.ask("set x 0 0 3 noreply\r\nann\r\n"))
                    .isEqualTo("CLIENT_ERROR bad authentication token format\r\n");
            assertThat(talk.ask("set x 0 0 8\r\nann wrong\r\n"))
                    .startsWith("CLIENT_ERROR bad command line termination");
            assertThat(talk.ask("set x 0 0 9\r\nann wrong\r\n")).endsWith("CLIENT_ERROR authentication failure\r\n");
            assertThat(talk.ask("set x 0 0 9000000\r\n")).isEqualTo(refused);
        }
        try (var talk = talk(Settings.defaults().withCredentials(Credentials.read(file)))) {
            assertThat(talk.ask("set x 0 0 10\r\nann secret\r\nset a 0 0 1\r\nx\r\nget a x\r\n"))
                    .isEqualTo("STORED\r\nSTORED\r\nVALUE a 0 1\r\nx\r\nEND\r\n");
        }
    }

    @Test
    void aLineWithoutAnEndEndsTheConversationOfWhomNobodyKnows(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("users"), "ann:secret\n");
        for (String end : List.of("", "\r\n")) {
            try (var talk = talk(Settings.defaults().withCredentials(Credentials.read(file)))) {
                assertThat(talk.ask("get " + "k".repeat(3_000) + end)).isEmpty();
                assertThat(talk.closed()).isNotNull();
            }
        }
    }

    @Test
    void whomNobodyKnowsRemovesNothing(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("users"), "ann:secret\n");
        var server = new Talk.Server(Settings.defaults().withItemBytesMax(1_024)
                .withCredentials(Credentials.read(file)));
        try (var ann = new Talk(server, LIMITS); var stranger = new Talk(server, LIMITS)) {
            assertThat(ann.ask("set x 0 0 10\r\nann secret\r\nset a 0 0 1\r\nx\r\n")).isEqualTo("STORED\r\nSTORED\r\n");
            assertThat(stranger.ask("set a 0 0 2000\r\n" + "y".repeat(2_000) + "\r\n"))
                    .isEqualTo("SERVER_ERROR object too large for cache\r\n");
            assertThat(ann.ask("get a\r\n")).isEqualTo("VALUE a 0 1\r\nx\r\nEND\r\n");
        }
    }

    @Test
    void flushAndDumpCanBeForbidden() {
        try (var talk = talk(Settings.defaults().without(Feature.FLUSH).without(Feature.DUMP))) {
            talk.ask("set a 0 0 1\r\nx\r\n");
            assertThat(talk.ask("flush_all\r\n")).isEqualTo("CLIENT_ERROR flush_all not allowed\r\n");
            assertThat(talk.ask("get a\r\n")).startsWith("VALUE a");
            assertThat(talk.ask("lru_crawler metadump all\r\n")).isEqualTo("ERROR metadump not allowed\r\n");
        }
    }
}
