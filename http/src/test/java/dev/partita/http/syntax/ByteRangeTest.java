package dev.partita.http.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {
    @ParameterizedTest
    @CsvSource({"bytes=0-0,0,1", "bytes=0-9,0,10", "bytes=5-,5,5", "bytes=-3,7,3", "bytes=0-99,0,10", "bytes=-99,0,10",
        "BYTES=9-9,9,1", "bytes= 1-2 ,1,2", "bytes=00000000000000000000001-2,1,2",
        "bytes=0-99999999999999999999999,0,10"})
    void onePartIsGivenAsFarAsItExists(String value, long first, long length) {
        assertThat(ByteRange.of(value, 10)).isEqualTo(new ByteRange(first, length));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999-",
        "bytes=9223372036854775807-9223372036854775807", "bytes=-000"})
    void whatDoesNotExistIsNothing(String value) {
        assertThat(ByteRange.of(value, 10)).isSameAs(ByteRange.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "bytes=1", "bytes=0-0,2-3",
        "bytes=0-,0-", "lines=0-1", "bytes 0-1", "bytes=0--1", "bytes=+1-2", "bytes=1-2;", "bytes=\u0661-2", "=0-1"})
    void whatIsNotUnderstoodOrSeveralPartsIsTheWhole(String value) {
        assertThat(ByteRange.of(value, 10)).isSameAs(ByteRange.WHOLE);
    }

    @ParameterizedTest
    @CsvSource({"bytes=0-,true", "bytes=0-0,true", "bytes=-1,false"})
    void anEmptyFileHasNoParts(String value, boolean none) {
        assertThat(ByteRange.of(value, 0)).isSameAs(none ? ByteRange.NONE : ByteRange.WHOLE);
    }

    @Property
    void aRangeThatExistsIsGivenExactly(@ForAll @LongRange(min = 1, max = Long.MAX_VALUE / 16) long size,
            @ForAll long a,
            @ForAll long b) {
        long first = Math.floorMod(a, size);
        long last = first + Math.floorMod(b, size - first);
        ByteRange range = ByteRange.of("bytes=" + first + "-" + last, size);
        assertThat(range).isEqualTo(new ByteRange(first, last - first + 1));
        assertThat(range.contentRange(size)).isEqualTo("bytes " + first + "-" + last + "/" + size);
        assertThat(ByteRange.of("bytes=-" + (size - first), size)).isEqualTo(new ByteRange(first, size - first));
    }

    @Provide
    Arbitrary<String> values() {
        return Arbitraries
                .of("bytes=", "bytes", "=", "-", "0", "1", "9", "10", "99999999999999999999", ",", " ", "x", "-5")
                .list()
                .ofMaxSize(8)
                .map(parts -> String.join("", parts));
    }

    @Property(tries = 5_000)
    void whateverIsAskedForThePartLiesWithinTheFile(@ForAll("values") String value,
            @ForAll @LongRange(min = 0, max = 20) long size) {
        ByteRange range = ByteRange.of(value, size);
        if (!range.equals(ByteRange.WHOLE) && !range.equals(ByteRange.NONE)) {
            assertThat(range.first()).isBetween(0L, size - 1);
            assertThat(range.length()).isBetween(1L, size - range.first());
        }
    }
}
