package dev.partita.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the server says to what, byte for byte: what clients compare.
class RepliesTest {
    private static final String KEY_TOO_LONG = "k".repeat(251);

    /// `|` stands for CR LF, and `<250>`, `<251>` for keys of that length.
    private static String unfold(String text) {
        return text.replace("|", "\r\n").replace("<250>", "k".repeat(250)).replace("<251>", KEY_TOO_LONG);
    }

    private static void assertReply(String said, String expected) {
        try (var talk = new Talk()) {
            talk.ask(unfold("set a 7 0 3|abc|set n 0 0 2|10|"));
            assertThat(talk.ask(unfold(said))).isEqualTo(unfold(expected));
            if (talk.closed() == null) {
                assertThat(talk.ask("version\r\n")).as("and then").isEqualTo("VERSION 1.6.45\r\n");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', nullValues = "-", value = {
        "get a|, VALUE a 7 3|abc|END|",
        "get b|, END|",
        "get a b n|, VALUE a 7 3|abc|VALUE n 0 2|10|END|",
        "gets a|, VALUE a 7 3 1|abc|END|",
        "gat 100 a|, VALUE a 7 3|abc|END|",
        "gats 100 a|, VALUE a 7 3 1|abc|END|",
        "gat -1 a|get a|, VALUE a 7 3|abc|END|END|",
        "set b 1 0 0|||get b|, STORED||VALUE b 1 0||END|",
        "add a 0 0 1|x|add b 0 0 1|x|, NOT_STORED|STORED|",
        "replace b 0 0 1|x|replace a 0 0 1|x|, NOT_STORED|STORED|",
        "append a 9 9 2|xy|prepend a 9 9 2|zz|get a|, STORED|STORED|VALUE a 7 7|zzabcxy|END|",
        "append b 0 0 1|x|prepend b 0 0 1|x|, NOT_STORED|NOT_STORED|",
        "cas a 0 0 1 1|x|cas a 0 0 1 1|x|cas b 0 0 1 1|x|, STORED|EXISTS|NOT_FOUND|",
        "delete a|delete a|delete n 0|, DELETED|NOT_FOUND|DELETED|",
        "incr n 5|decr n 6|get n|, 15|9|VALUE n 0 2|9 |END|",
        "decr n 100|incr n 18446744073709551615|incr n 1|, 0|18446744073709551615|0|",
        "touch a 100|touch b 100|, TOUCHED|NOT_FOUND|",
        "flush_all|get a|, OK|END|",
        "flush_all -1|flush_all 0|flush_all abc|, OK|OK|CLIENT_ERROR invalid exptime argument|",
        "verbosity 1|, OK|",
        "get  a |, VALUE a 7 3|abc|END|",
    })
    void performsClassicCommands(String said, String expected) {
        // The table's own line end stands for an empty value.
        assertReply(said.replace("|||", "||"), expected.replace("STORED||VALUE", "STORED|VALUE"));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', value = {
        "set b 0 0 1 noreply|x|add b 0 0 1 noreply|x|replace b 0 0 1 noreply|x|get b|, VALUE b 0 1|x|END|",
        "append a 0 0 1 noreply|x|prepend a 0 0 1 noreply|x|get a|, VALUE a 7 5|xabcx|END|",
        "cas a 0 0 1 1 noreply|x|get a|, VALUE a 0 1|x|END|",
        "delete a noreply|delete a 0 noreply|get a|, END|",
        "incr n 1 noreply|decr n 2 noreply|get n|, VALUE n 0 2|9 |END|",
        "touch a 10 noreply|flush_all noreply|flush_all 0 noreply|verbosity 1 noreply|cache_memlimit 64 noreply|, \"\"",
        "set <251> 0 0 1 noreply|x|incr a 1 noreply|add a 0 0 1 noreply|x|, \"\"",
    })
    void saysNothingToWhoWaitsForNothing(String said, String expected) {
        assertReply(said, expected);
    }

    /// The rows of the catalogue of bad input.
    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', value = {
        "foo|, ERROR|",
        "GET a|, ERROR|",
        "get|, CLIENT_ERROR bad command line format|",
        "set a 0 0|, CLIENT_ERROR bad command line format|",
        "set <251> 0 0 3|xyz|, CLIENT_ERROR bad command line format|",
        "set a 0 0 -1|, CLIENT_ERROR bad command line format|",
        "set a 0 0 1x|, CLIENT_ERROR bad command line format|",
        "set a 0 0 2147483646|, CLIENT_ERROR bad command line format|",
        "set a 0 0 99999999999999999999|, CLIENT_ERROR bad command line format|",
        "|, CLIENT_ERROR bad command line format|",
        "set a -1 0 3|xyz|, CLIENT_ERROR bad command line format|",
        "set a 0 soon 3|xyz|, CLIENT_ERROR bad command line format|",
        "cas a 0 0 3|xyz|, CLIENT_ERROR bad command line format|",
        "get <251>|, CLIENT_ERROR bad command line format||",
        "set a 0 0 3|abcdef|, CLIENT_ERROR bad data chunk|ERROR|",
        "set a 0 0 6|abc|get a|, CLIENT_ERROR bad data chunk|ERROR|",
        "set a 0 0 3 noreply|abcdef|, CLIENT_ERROR bad data chunk|ERROR|",
        "incr a 1|, CLIENT_ERROR cannot increment or decrement non-numeric value|",
        "set n 0 0 21|123456789012345678901|incr n 1|, STORED|CLIENT_ERROR cannot increment or decrement non-numeric value|",
        "incr n 18446744073709551616|incr n -1|incr n x|, CLIENT_ERROR invalid numeric delta argument|CLIENT_ERROR invalid numeric delta argument|CLIENT_ERROR invalid numeric delta argument|",
        "set a 0 -1 1|x|get a|, STORED|END|",
        "set a 0 2592001 1|x|get a|, STORED|END|",
        "set a 0 2147483648 1|x|get a|, STORED|END|",
        "set a 0 2592000 1|x|get a|, STORED|VALUE a 0 1|x|END|",
        "delete a 5|, CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]|",
        "shutdown|, SERVER_ERROR: shutdown not enabled|",
        "touch a soon|, CLIENT_ERROR invalid exptime argument|",
    })
    void saysWhatIsWrong(String said, String expected) {
        assertReply(said, expected);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', value = {
        "mn|, MN|",
        "mg b|mg b v k O1|mg b v q|, EN|EN kb O1|",
        "mg a|mg a v|, HD|VA 3|abc|",
        "mg a s v t f c k Oxyz h l|mg a h|, VA 3 s3 t-1 f7 c1 ka Oxyz h0 l0|abc|HD h1|",
        "mg a u h|mg a h, \"\"",
        "ms b 2 F5 T100 c|xy|mg b v f t|, HD c3|VA 2 f5 t100|xy|",
        "ms a 1 ME|x|ms b 1 MR|x|ms a 1 MA|x|ms a 1 MP|y|mg a v|, NS|NS|HD|HD|VA 5|yabcx|",
        "ms a 1 MA C9|x|ms a 1 C9|x|ms b 1 C9|x|ms a 1 C1|x|, EX|EX|NF|HD|",
        "ms b 1 MA N100|x|mg b v t|, HD|VA 1 t100|x|",
        "ms a 1 q|x|ms a 1 ME q|x|mn|, NS|MN|",
        "ms YWIgYw== 2 b k|xy|mg YWIgYw== b k v|, HD kYWIgYw== b|VA 2 kYWIgYw== b|xy|",
        "mg YW b v|, CLIENT_ERROR error decoding key|",
        "ms b 1 E99 c|x|mg b c|, HD c99|HD c99|",
        "mg b N30 v t|mg b N30 v t|mg b v|, VA 0 t30 W||VA 0 t30 Z||VA 0 Z||",
        "mg b N-1 v|mg b v|, VA 0 W||EN|",
        "md a I T30|mg a v t|mg a v t|, HD|VA 3 t30 X W|abc|VA 3 t30 Z X|abc|",
        "ms a 1 T30|x|mg a v R100|mg a v R100|, HD|VA 1 W|x|VA 1 Z|x|",
        "mg a t T100|mg a t|mg a T-1|mg a, HD t-1|HD t100|HD|",
        "ms a 1 I C0|x|mg a v|, HD|VA 1 X W|x|",
        "md a C9|md a k O1|md a|md a q|mn|, EX|HD ka O1|NF|MN|",
        "md a x T50|mg a v f t|, HD|VA 0 f0 t50||",
        "ma n|ma n v D5 c|ma n MD D100 v|ma n M+ v t, HD|VA 2 c4|16|VA 1|0|",
        "ma b|ma b N100 J13 v t|ma b q|mn|, NF|VA 2 t100|13|MN|",
        "ma n C9|ma a|, EX|CLIENT_ERROR cannot increment or decrement non-numeric value|",
        "ma n Mx|ms a 1 Mx|x|, CLIENT_ERROR invalid mode for ma M token|CLIENT_ERROR invalid mode for ms M token|",
        "mg a O123456789012345678901234567890123|, CLIENT_ERROR opaque token too long|",
        "mg a y|mg a v v|ms a 1 v v|x|, CLIENT_ERROR bad command line format|CLIENT_ERROR duplicate flag|CLIENT_ERROR duplicate flag|",
        "md a y|ma n Dx|, CLIENT_ERROR invalid or duplicate flag|CLIENT_ERROR invalid or duplicate flag|",
        "mg|me|ms a|ms a -1|, CLIENT_ERROR bad command line format|CLIENT_ERROR bad command line format|CLIENT_ERROR bad command line format|CLIENT_ERROR bad command line format|",
        "ms a 3|abcd||, CLIENT_ERROR bad data chunk|CLIENT_ERROR bad command line format|",
        "me b|, EN|",
        "mg a P1 L2 v|, VA 3|abc|",
    })
    void performsMetaCommands(String said, String expected) {
        if (expected.isEmpty()) {
            return;
        }
        // The table's line end stands for the value that is empty, and the last command's for its own.
        String whole = said.endsWith("|") ? said : said + "|";
        try (var talk = new Talk()) {
            talk.ask(unfold("set a 7 0 3|abc|set n 0 0 2|10|"));
            String heard = talk.ask(unfold(whole));
            assertThat(heard).startsWith(unfold(expected));
        }
    }

    @Test
    void anyByteMayBeInAKeyButSpaceAndLineFeed() {
        try (var talk = new Talk()) {
            String key = "\0\u0001\u007f\u0080\u00ff\t";
            assertThat(talk.ask("set " + key + " 0 0 1\r\nx\r\nget " + key + "\r\n"))
                    .isEqualTo("STORED\r\nVALUE " + key + " 0 1\r\nx\r\nEND\r\n");
        }
    }

    @Test
    void aLineMayEndWithALineFeedAlone() {
        try (var talk = new Talk()) {
            assertThat(talk.ask("set a 0 0 1\nx\r\nget a\n")).isEqualTo("STORED\r\nVALUE a 0 1\r\nx\r\nEND\r\n");
        }
    }

    @Test
    void aValueTooLargeIsSwallowedAndTheOldOneIsGone() {
        int most = (1 << 20) - 48 - 8 - 2 - 2; // memcached's header, a key of one byte with a zero, CR LF
        try (var talk = new Talk()) {
            String largest = "x".repeat(most);
            assertThat(talk.ask("set a 0 0 " + most + "\r\n" + largest + "\r\n")).isEqualTo("STORED\r\n");
            assertThat(talk.ask("get a\r\n")).isEqualTo("VALUE a 0 " + most + "\r\n" + largest + "\r\nEND\r\n");
            assertThat(talk.ask("set a 0 0 " + (most + 1) + "\r\n" + largest + "x\r\n"))
                    .isEqualTo("SERVER_ERROR object too large for cache\r\n");
            assertThat(talk.ask("get a\r\n")).isEqualTo("END\r\n");
            assertThat(talk.count(Stat.STORE_TOO_LARGE)).isEqualTo(1);
        }
    }

    @Test
    void aGetMayHaveAnyNumberOfKeys() {
        Limits small =
                Limits.defaults().with(Map.of("bufferBytes", 1024L, "bufferBytesMax", 4096L, "headBytesMax", 1024L,
                        "requestLineBytesMax", 1024L));
        try (var talk = new Talk(new Talk.Server(Settings.defaults()), small)) {
            var get = new StringBuilder("get");
            var reply = new StringBuilder();
            for (int i = 0; i < 3_000; i++) {
                talk.ask("set key" + i + " 0 0 4 noreply\r\n" + (1_000 + i) + "\r\n");
                get.append(" key").append(i).append(" none").append(i);
                reply.append("VALUE key").append(i).append(" 0 4\r\n").append(1_000 + i).append("\r\n");
            }
            assertThat(talk.ask(get + "\r\nget key7\r\n"))
                    .isEqualTo(reply + "END\r\nVALUE key7 0 4\r\n1007\r\nEND\r\n");
            assertThat(talk.ask("get none " + "k".repeat(100_000) + " key7\r\n"))
                    .isEqualTo("CLIENT_ERROR bad command line format\r\n\r\n");
            assertThat(talk.ask("get key7\r\n")).isEqualTo("VALUE key7 0 4\r\n1007\r\nEND\r\n");
        }
    }

    @Test
    void aLineWithoutAnEndEndsTheConnection() {
        try (var talk = new Talk()) {
            assertThat(talk.ask("set " + "k".repeat(2_048))).isEmpty();
            assertThat(talk.closed()).isNotNull();
        }
    }

    @Test
    void theBinaryProtocolIsRefusedByAClose() {
        try (var talk = new Talk()) {
            assertThat(talk.ask("\u0080\0\0\u0003\0\0\0\0\0\0\0\u0003")).isEmpty();
            assertThat(talk.closed()).isNotNull();
            assertThat(talk.count(Stat.BINARY_REFUSED)).isEqualTo(1);
        }
    }

    @Test
    void anotherFirstByteIsAnUnknownCommand() {
        assertReply("\u0081abc|", "ERROR|");
    }

    @Test
    void somebodyWhoSpeaksHttpIsNotAnswered() {
        for (String request : new String[]{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\n\r\n"}) {
            try (var talk = new Talk()) {
                assertThat(talk.ask(request)).isEmpty();
                assertThat(talk.closed()).isNotNull();
            }
        }
    }

    @Test
    void workThatIsShedIsToldSoAndItsDataIsDropped() {
        try (var talk = new Talk()) {
            talk.refusals = 1;
            assertThat(talk.ask("set a 0 0 3\r\nabc\r\nget a\r\n")).isEqualTo("SERVER_ERROR busy\r\nEND\r\n");
            talk.refusals = 1;
            assertThat(talk.ask("delete a\r\nget a\r\n")).isEqualTo("SERVER_ERROR busy\r\nEND\r\n");
        }
    }

    @Test
    void aQuietMetaCommandThatFailedIsToldSo() {
        try (var talk = new Talk()) {
            String large = "2000000 %s\r\n" + "x".repeat(2_000_000) + "\r\n";
            assertThat(talk.ask("ms a " + large.formatted("q") + "set a 0 0 " + large.formatted("noreply") + "mn\r\n"))
                    .isEqualTo("SERVER_ERROR object too large for cache\r\nMN\r\n");
            talk.refusals = 1;
            assertThat(talk.ask("ms a 1 q\r\nx\r\nmn\r\n")).isEqualTo("SERVER_ERROR busy\r\nMN\r\n");
            talk.refusals = 1;
            assertThat(talk.ask("set a 0 0 1 noreply\r\nx\r\nmn\r\n")).isEqualTo("MN\r\n");
        }
    }

    @Test
    void dataThatNeverComesIsNotWaitedForAndTheMemoryIsGivenBack() {
        try (var talk = new Talk()) {
            assertThat(talk.ask("set a 0 0 1000000\r\n" + "x".repeat(500_000))).isEmpty();
            assertThat(talk.lateAfter(3_600_000)).isEqualTo("SERVER_ERROR timed out waiting for data\r\n");
            assertThat(talk.count(Counter.LATE_BODIES)).isEqualTo(1);
        }
    }

    @Test
    void listsItsItems() {
        try (var talk = new Talk()) {
            talk.ask("set a%b 0 100 1\r\nx\r\nset b 0 0 1\r\nx\r\nget b\r\nset gone 0 -1 1\r\nx\r\n");
            String dump = talk.ask("lru_crawler metadump all\r\n");
            assertThat(dump.split("\n")).hasSize(3).endsWith("END\r");
            assertThat(dump).contains("key=a%25b exp=1800000100 la=1800000000 cas=1 fetch=no cls=1 size=")
                    .contains("key=b exp=-1 la=1800000000 cas=2 fetch=yes cls=1 size=").doesNotContain("gone");
            assertThat(talk.ask("stats cachedump 1 0\r\n")).contains("ITEM a%b [1 b; 1800000100 s]\r\n",
                    "ITEM b [1 b; 0 s]\r\n").doesNotContain("gone").endsWith("END\r\n");
            assertThat(talk.ask("stats cachedump 1 1\r\nstats cachedump 2 0\r\n").split("\r\n", 0)).hasSize(3);
            assertThat(talk.ask("lru_crawler mgdump all\r\n")).contains("mg b\r\n").endsWith("EN\r\n");
        }
    }
}
