package dev.partita.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Finds the parts of a multipart body (RFC 2046 section 5.1, RFC 7578), which lies complete in memory or in its file. Nothing
/// of a file is copied: an [Upload] says where in the body it is.
///
///     preamble | --boundary CR LF | head CR LF CR LF | content | CR LF --boundary CR LF | ... | CR LF --boundary-- | epilogue
///
/// One pass over the body with a window. The boundary cannot contain the CR that it is searched by, so a search costs one
/// look at each byte, whatever was sent.
final class MultipartReader {
    private static final int WINDOW_BYTES_MAX = 64 << 10;
    /// RFC 2046 section 5.1.1.
    private static final int BOUNDARY_LENGTH_MAX = 70;
    private static final String BOUNDARY_OTHERS = "'()+_,-./:=? ";
    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] DASHES = {'-', '-'};
    private static final byte[] HEAD_END = {'\r', '\n', '\r', '\n'};
    private static final String UNNAMED = "unnamed";

    private final Request request;
    private final Body body;
    private final Form form;
    private final long length;
    private final byte[] delimiter;
    private final byte[] window;
    private long windowStart;
    private int windowLength;

    /// @throws StatusException (400) without a proper boundary
    MultipartReader(Request request, Body body, Form form) {
        this.request = request;
        this.body = body;
        this.form = form;
        length = body.length();
        delimiter = ("\r\n--" + boundary(request.header("content-type"))).getBytes(ISO_8859_1);
        window = new byte[(int) Math.min(length, WINDOW_BYTES_MAX)];
    }

    private static String boundary(@Nullable String contentType) {
        String boundary = HeaderParameters.value(Objects.requireNonNull(contentType), "boundary");
        if (boundary == null || boundary.isEmpty() || boundary.length() > BOUNDARY_LENGTH_MAX || boundary.endsWith(" ")
                || !boundary.chars().allMatch(MultipartReader::isBoundary)) {
            throw wrong("its boundary is missing or is none");
        }
        return boundary;
    }

    private static boolean isBoundary(int c) {
        return c < 0x80 && Character.isLetterOrDigit(c) || BOUNDARY_OTHERS.indexOf(c) >= 0;
    }

    /// Puts all parts into the form.
    ///
    /// @throws StatusException (400) if the body is no such thing, (413) if it goes beyond a bound
    void read() throws IOException {
        byte[] first = Arrays.copyOfRange(delimiter, CRLF.length, delimiter.length);
        long end = isAt(0, first) ? first.length : behind(find(delimiter, 0, length), delimiter);
        while (!isAt(end, DASHES)) {
            if (!isAt(end, CRLF)) {
                throw wrong("a boundary is not at the end of its line");
            }
            form.count(request);
            end = part(end);
        }
    }

    /// @param at where the line of the boundary ends
    /// @return behind the next boundary
    private long part(long at) throws IOException {
        long head = at + CRLF.length;
        int headMax = request.connection().limits().partHeadBytesMax();
        long headEnd = find(HEAD_END, at, Math.min(length, head + headMax + HEAD_END.length));
        if (headEnd < 0 && length > head + headMax + HEAD_END.length) {
            throw Form.tooLarge(request, "a part with a head of more than " + headMax + " bytes");
        }
        long start = behind(headEnd, HEAD_END);
        long stop = find(delimiter, start - CRLF.length, length); // a part may end with its head (RFC 2046 section 5.1.1)
        long end = behind(stop, delimiter);
        String fields = headEnd < head ? "" : new String(body.bytes(head, headEnd - head), UTF_8);
        add(fields, start, Math.max(start, stop));
        return end;
    }

    private void add(String head, long start, long stop) throws IOException {
        String disposition = "";
        String contentType = null;
        for (String line : head.split("\r\n", -1)) {
            int colon = line.indexOf(':');
            if (!line.isEmpty() && (colon <= 0 || line.charAt(0) <= ' ')
                    || line.chars().anyMatch(MultipartReader::isControl)) {
                throw wrong("the head of a part has a line that is no field");
            }
            String name = line.isEmpty() ? "" : line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).strip();
            switch (name) {
                case "content-disposition" -> disposition = value;
                case "content-type" -> contentType = value;
                default -> { /* RFC 7578 section 4.8: others are ignored */ }
            }
        }
        String name = HeaderParameters.value(disposition, "name");
        if (name == null || !HeaderParameters.first(disposition).equalsIgnoreCase("form-data")) {
            throw wrong("a part has no name");
        }
        add(unescaped(name), HeaderParameters.value(disposition, "filename"), contentType, start, stop - start);
    }

    private static boolean isControl(int c) {
        return c < ' ' && c != '\t' || c == 0x7F;
    }

    private void add(String name, @Nullable String fileName, @Nullable String contentType, long start, long size)
            throws IOException {
        form.take(request, name.length());
        if (fileName == null) {
            form.take(request, size);
            form.add(name, new String(body.bytes(start, size), UTF_8));
        } else if (!fileName.isEmpty() || size > 0) { // browsers send both empty where no file was chosen
            form.take(request, fileName.length());
            form.add(new Upload(body, start, size, name, lastPart(unescaped(fileName)),
                    contentType == null ? "application/octet-stream" : contentType));
        }
    }

    /// Browsers write these three so that they do not end the parameter (WHATWG, HTML, multipart/form-data).
    private static String unescaped(String text) {
        return text.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
    }

    private static String lastPart(String fileName) {
        String last = fileName.substring(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1)
                .replaceAll("\\p{Cntrl}", "_");
        return last.isBlank() || last.equals(".") || last.equals("..") ? UNNAMED : last;
    }

    private static long behind(long found, byte[] what) {
        if (found < 0) {
            throw wrong("it ends before its last boundary");
        }
        return found + what.length;
    }

    private static StatusException wrong(String why) {
        return new StatusException(400, "the multipart body cannot be read: " + why);
    }

    private boolean isAt(long position, byte[] wanted) throws IOException {
        return find(wanted, position, Math.min(length, position + wanted.length)) >= 0;
    }

    /// Where `wanted` first stands from `from` on, all of it before `to`; -1 if it does not.
    private long find(byte[] wanted, long from, long to) throws IOException {
        long at = from;
        while (to - at >= wanted.length) {
            load(at, wanted.length);
            int last = (int) Math.min(windowLength, to - windowStart) - wanted.length;
            for (int i = (int) (at - windowStart); i <= last; i++) {
                if (window[i] == wanted[0]
                        && Arrays.equals(window, i, i + wanted.length, wanted, 0, wanted.length)) {
                    return windowStart + i;
                }
            }
            at = windowStart + last + 1;
        }
        return -1;
    }

    /// Sees that the window holds at least so many bytes from that position on; there are as many.
    private void load(long at, int least) throws IOException {
        if (at < windowStart || at + least > windowStart + windowLength) {
            windowStart = at;
            windowLength = (int) Math.min(window.length, length - at);
            body.copy(at, window, 0, windowLength);
        }
    }
}
