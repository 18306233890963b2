package dev.partita.http.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class HttpDateTest {
    private static final DateTimeFormatter JDK =
            DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.US).withZone(ZoneOffset.UTC);

    @Property
    void aDateIsWrittenAsTheJdkDoesAndReadBack(
            @ForAll @LongRange(min = -62_167_219_200L, max = 253_402_300_799L) long second) {
        String text = HttpDate.text(second);
        assertThat(text).hasSize(29).isEqualTo(JDK.format(Instant.ofEpochSecond(second)));
        assertThat(HttpDate.parse(text)).isEqualTo(second);
    }

    @Test
    void allThreeFormsAreRead() {
        assertThat(HttpDate.parse("Sun, 06 Nov 1994 08:49:37 GMT")).isEqualTo(784_111_777);
        assertThat(HttpDate.parse("Sunday, 06-Nov-94 08:49:37 GMT")).isEqualTo(784_111_777);
        assertThat(HttpDate.parse("Sun Nov  6 08:49:37 1994")).isEqualTo(784_111_777);
    }

    @Property
    void anythingElseIsNoDate(@ForAll @StringLength(max = 40) String text) {
        assertThat(HttpDate.parse(text)).isEqualTo(HttpDate.NONE);
    }
}
