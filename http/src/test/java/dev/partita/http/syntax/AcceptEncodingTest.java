package dev.partita.http.syntax;

import static dev.partita.http.syntax.AcceptEncoding.BROTLI;
import static dev.partita.http.syntax.AcceptEncoding.GZIP;
import static dev.partita.http.syntax.AcceptEncoding.IDENTITY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Buffer;
import java.lang.foreign.Arena;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptEncodingTest {
    private static long said(String... values) {
        long said = AcceptEncoding.NOTHING;
        for (String value : values) {
            said = AcceptEncoding.add(buffer(value), 0, value.length(), said);
        }
        return said;
    }

    private static Buffer buffer(String text) {
        Buffer buffer = Buffer.over(Arena.ofAuto().allocate(text.length() + 1));
        buffer.putLatin1(text);
        return buffer;
    }

    private static int best(String... values) {
        return AcceptEncoding.choose(said(values), true, true);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"gzip, deflate, br, zstd | 2", "gzip | 1", "x-gzip | 1", "GZIP | 1", "br | 2",
        "br;q=0.5, gzip | 1", "br;q=0.5,gzip;q=0.8 | 1", "br;q=0.5,gzip;q=0.5 | 2", "gzip;q=0 | 0", "gzip;q=0.000 | 0",
        "gzip;q=0.001 | 1", "gzip ; q=1.000 | 1", "gzip;Q=1 | 1", "* | 2", "*;q=0.5, br;q=0 | 1", "*;q=0 | 0",
        "*;q=0, gzip | 1", "identity | 0", "identity;q=0 | 0", "identity;q=0, gzip;q=0.1 | 1", "deflate | 0", "'' | 0",
        "identity, gzip;q=0.5 | 0", "identity;q=0.5, gzip;q=0.5 | 1", ",,gzip,, | 1", "gzip;q=2 | 0", "gzip;q=1.5 | 0",
        "gzip;q=.5 | 0", "gzip;q=0.1234 | 0", "gzip;q=x | 0", "gzip;q | 0", "gzip; | 0", "gzipp | 0", "gzip;q=-1 | 0"})
    void theFormThatTheClientPrefersIsChosen(String value, int coding) {
        assertThat(best(value)).isEqualTo(coding);
    }

    @Test
    void onlyWhatThereIsCanBeChosen() {
        assertThat(AcceptEncoding.choose(said("br, gzip"), false, true)).isEqualTo(GZIP);
        assertThat(AcceptEncoding.choose(said("br, gzip"), true, false)).isEqualTo(BROTLI);
        assertThat(AcceptEncoding.choose(said("br, gzip"), false, false)).isEqualTo(IDENTITY);
        assertThat(AcceptEncoding.choose(AcceptEncoding.NOTHING, true, true)).isEqualTo(IDENTITY);
    }

    @Test
    void severalFieldsAreOneList() {
        assertThat(best("gzip;q=0.5", "br;q=0.1")).isEqualTo(GZIP);
    }

    @Provide
    Arbitrary<String> values() {
        return Arbitraries.of("br", "gzip", "identity", "*", ";", "q=", "0", "1", ".", "5", ",", " ", "\t", "q", "x")
                .list()
                .ofMaxSize(12)
                .map(parts -> String.join("", parts));
    }

    @Property(tries = 5_000)
    void whatIsNeverNamedIsNeverSent(@ForAll("values") String value) {
        int best = best(value);
        if (!value.contains("*") && best != IDENTITY) {
            assertThat(value).contains(best == BROTLI ? "br" : "gzip");
        }
    }
}
