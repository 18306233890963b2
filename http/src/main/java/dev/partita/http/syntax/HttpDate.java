package dev.partita.http.syntax;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;

/// Dates as HTTP writes them (RFC 9110 section 5.6.7): whole seconds, always GMT.
public final class HttpDate {
    /// What [#parse] gives for something that is no date.
    public static final long NONE = Long.MIN_VALUE;

    private static final String DAYS = "MonTueWedThuFriSatSun";
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
    private static final long SECONDS_PER_DAY = 86_400;
    private static final int LENGTH_MAX = "Wednesday, 06-Nov-94 08:49:37 GMT".length();
    private static final int ASCTIME_LENGTH = "Sun Nov  6 08:49:37 1994".length();

    private HttpDate() {}

    /// A moment as IMF-fixdate, 29 characters: `Sun, 06 Nov 1994 08:49:37 GMT`. Without a formatter of the JDK's, since the first
    /// one costs a server 20 ms of its start.
    ///
    /// @param epochSecond seconds since 1970, of a year from 0 to 9999
    public static String text(long epochSecond) {
        LocalDate day = LocalDate.ofEpochDay(Math.floorDiv(epochSecond, SECONDS_PER_DAY));
        int second = (int) Math.floorMod(epochSecond, SECONDS_PER_DAY);
        byte[] text = "Ddd, dd Mmm yyyy hh:mm:ss GMT".getBytes(StandardCharsets.ISO_8859_1);
        copy(DAYS, day.getDayOfWeek().getValue() - 1, text, 0);
        digits(text, 5, day.getDayOfMonth());
        copy(MONTHS, day.getMonthValue() - 1, text, 8);
        digits(text, 12, day.getYear() / 100);
        digits(text, 14, day.getYear() % 100);
        digits(text, 17, second / 3_600);
        digits(text, 20, second / 60 % 60);
        digits(text, 23, second % 60);
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    private static void copy(String names, int index, byte[] into, int at) {
        for (int i = 0; i < 3; i++) {
            into[at + i] = (byte) names.charAt(3 * index + i);
        }
    }

    private static void digits(byte[] into, int at, int value) {
        into[at] = (byte) ('0' + value / 10);
        into[at + 1] = (byte) ('0' + value % 10);
    }

    /// Reads any of the three forms that RFC 9110 wants to be understood.
    ///
    /// @return seconds since 1970, or [#NONE]
    public static long parse(String text) {
        if (text.length() > LENGTH_MAX) {
            return NONE;
        }
        DateTimeFormatter form = text.length() == ASCTIME_LENGTH
                ? Forms.ASCTIME
                : text.indexOf('-') < 0 ? Forms.IMF_FIXDATE : Forms.rfc850();
        try {
            return ZonedDateTime.parse(text, form).toEpochSecond();
        } catch (DateTimeException wrong) {
            return NONE;
        }
    }

    /// Made when somebody sends the first date.
    private static final class Forms {
        static final DateTimeFormatter IMF_FIXDATE = form(new DateTimeFormatterBuilder()
                .appendPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'"));
        static final DateTimeFormatter ASCTIME = form(new DateTimeFormatterBuilder()
                .appendPattern("EEE MMM ppd HH:mm:ss uuuu"));

        private Forms() {}

        /// Two digits stand for the year that is at most 50 years ahead.
        static DateTimeFormatter rfc850() {
            return form(new DateTimeFormatterBuilder()
                    .appendPattern("EEEE, dd-MMM-")
                    .appendValueReduced(ChronoField.YEAR, 2, 2, LocalDate.now(ZoneOffset.UTC).getYear() - 49)
                    .appendPattern(" HH:mm:ss 'GMT'"));
        }

        private static DateTimeFormatter form(DateTimeFormatterBuilder form) {
            return form.toFormatter(Locale.US).withZone(ZoneOffset.UTC);
        }
    }
}
