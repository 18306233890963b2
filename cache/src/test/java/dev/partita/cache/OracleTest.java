package dev.partita.cache;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Debian's memcached is asked the same, where the documents are silent: the answers have to be the same bytes.
@Timeout(60)
class OracleTest {
    private static Oracle memcached;

    @BeforeAll
    static void startMemcached() throws Exception {
        memcached = Oracle.start();
    }

    @AfterAll
    static void endMemcached() {
        if (memcached != null) {
            memcached.close();
        }
    }

    /// `|` stands for CR LF.
    @ParameterizedTest
    @ValueSource(strings = {
        "set a 1 0 3|abc|get a a b|gets b|add a 0 0 1|x|replace b 0 0 1|x|",
        "set a 4294967295 0 1|x|get a|set a 4294967296 0 1|x|",
        "set a 0 0 1 norepl|x|get a|",
        "set a 0 0 1 2 3|x|get a|",
        "set a 0 0 +1|x|get a|",
        "set a 0 0 3|abcdef|get a|",
        "set a 0 0 6|abc|get a|",
        "set n 0 0 1|5|incr n 18446744073709551615|get n|decr n 100|get n|",
        "set n 0 0 2|10|decr n 1|get n|incr n 1|get n|",
        "set n 0 0 3|1 2|incr n 1|get n|",
        "set n 0 0 2|5 |incr n 1|get n|set n 0 0 2| 5|incr n 1|get n|set n 0 0 2|-5|incr n 1|",
        "set n 0 0 0||incr n 1|get n|",
        "set n 0 0 20|18446744073709551615|incr n 1|get n|",
        "set n 0 0 1|5|incr n abc|incr n -1|incr n -0|incr n -18446744073709551615|incr n -9223372036854775808|incr n 18446744073709551616|incr n 1 x|incr nn 1|",
        "set p 5 0 1|m|append p 9 50 2|xx|prepend p 9 50 2|yy|get p|append q 0 0 1|x|",
        "cas nope 0 0 1 1|x|set z 0 0 1|x|set a 0 0 1|x|cas a 0 0 1 1|x|cas a 0 0 1 1 noreply|x|",
        "set a 0 0 1|x|delete a 0|delete a|delete a 5|delete a 0 0|delete a 0 0 0|",
        "set a 0 0 1|x|touch a 10|touch a 10 x|touch a 10 noreply x|touch a abc|touch b 1|",
        "flush_all 0|flush_all -1|flush_all noreply|flush_all 0 x|flush_all 0 noreply x|flush_all abc|",
        "verbosity 1|verbosity abc|verbosity 1 noreply|verbosity 1 x y|",
        "foo|gett a|GET a|a|get  a  b |bget a|\u0081x|",
        "stats foo|stats detail|stats detail on|stats detail dump|stats detail off|stats reset|stats cachedump|",
        "stats cachedump 1|stats cachedump x 1|stats cachedump 1 x|stats cachedump 99 1|stats cachedump 64 1|",
        "incr a x noreply|incr a noreply|incr a 1 2 noreply|touch a x noreply|touch a noreply|decr <251> 1 noreply|",
        "verbosity +1|verbosity 18446744073709551615|verbosity 18446744073709551616|cache_memlimit 18446744073709551615|",
        "mg a Tx v v|mg a Tx Oabc|mg a Oabc Tx Nx|mg a \u0080|ms a 1 MP c|x|ms a 1 ME|x|ms a 1 ME c|x|",
        "set a 0 -1 1|x|me a|set a 0 99999999999 1|x|me a|mg a|",
        "slabs|slabs automove 1|lru|lru mode flat|lru foo|lru_crawler|lru_crawler foo|lru_crawler tocrawl 5|",
        "cache_memlimit 64|cache_memlimit 4|cache_memlimit abc|cache_memlimit 64 noreply|",
        "ms a 1|x|mg a|mg a v|mg a s v t f h l k Oabc|mg a k s q|mg b|mg b v k O1|mg b v q|",
        "ms a 1 T0 F5|x|mg a f t|ms a 1 I|x|ms a 1 v|x|ms a 1 q|x|ms a 1 ME q|x|",
        "ms a S1|ms a|ms a abc|ms a -1|ms a 1 T0 T0|x|ms a 1 F-1|x|ms a 1 Tabc|x|ms a 1 Cabc|x|ms a 1 Mz|x|",
        "ms a 1|x|ms a 1 ME|x|ms a 1 MA|x|ms a 1 MP|y|mg a v|ms a 1 MR|z|ms b 1 MR|x|ms b 1 MA|x|",
        "ms a 3 q|abcdef|ms a 1 C1|x|ms zz 1 C1|x|",
        "ms YWJj 1 b k|x|mg YWJj b k v|mg abc k v|get abc|mg YWJjZA== b k|mg YW b v|mg %% b v|",
        "ms YWIgYw== 2 b|xy|mg YWIgYw== b k v|",
        "mg a v O1234567890123456789012345678901|mg a v O12345678901234567890123456789012|mg a v v|",
        "mg viv N30 v t|mg viv N30 v t|mg viv v|",
        "ms st 1|x|md st I T30|mg st v t|mg st v t|md st|md st|",
        "ms rc 1 T30|x|mg rc v R100|mg rc v R100|mg rc v R5|",
        "ms ti 1 T30|x|mg ti t T100|mg ti t|mg ti T100 t|mg ti t T-1|mg ti t|mg ti Tabc|mg ti N|",
        "ms a 1|x|md a q k O1|md a k O1|ms a 1|x|md a C1|md a y|",
        "ma n1|ma n1 N0|ma n1|mg n1 v t|ma n2 N100 J13 v t|ma n2 v D5 t|ma n2 MD D3 v|ma n2 MD D300 v|",
        "ma n2 N0|ma n2 M+ v|ma n2 M- v|ma n2 Mx|ma n2 Dabc|ma n2 Jabc|ma n2 q|ma nope k Oabc|ma n2 C1|ma n2 y|",
        "ms a 1|x|ma a|mx a|me zz|ms a  1   T0  |x|mg a  v  s |mg a P L|mg a Pfoo Lbar v|",
        "ms z 1|x|ms a 1|x|ms a 2 I C1|xx|mg a v|mg a v|ms a 3|abc|mg a h u|mg a h u|mg a h|mg a h|",
    })
    void answersAsMemcachedDoes(String said) throws Exception {
        String text = "flush_all\r\n" + said.replace("|", "\r\n").replace("<251>", "k".repeat(251));
        try (var talk = new Talk(); Oracle.Talking talking = memcached.talk()) {
            assertThat(talk.ask(text)).isEqualTo(talking.ask(text));
        }
    }
}
