package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the answers to a conversation with [Telling] have to be: HTTP/1.1 written down a second time, as regular expressions
/// over the whole of what the client says, slow and without a line of the server's.
final class HttpOracle {
    /// An answer.
    ///
    /// @param body without its coding; empty to HEAD
    /// @param toHead true if it has no body whatever its fields say
    record Answer(int status, String body, boolean toHead) {}

    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS");
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final String HOST = "(?:\\[[0-9A-Fa-f:.]+]|(?:[A-Za-z0-9._~!$&'()*+;=-]|%[0-9A-Fa-f]{2})+)"
            + "(?::(\\d{0,5}))?";
    private static final Pattern VERSION = Pattern.compile("(.*)HTTP/(\\d)\\.(\\d)", Pattern.DOTALL);
    private static final Pattern START = Pattern.compile("(" + TOKEN + ") (.*) ", Pattern.DOTALL);
    private static final Pattern TARGET =
            Pattern.compile(
                    "(?:(?i:https?://)(?<authority>" + HOST + ")(?=[/?]|$))?(?<path>/[^?#]*|)(?:\\?(?<query>[^#]*))?");
    private static final Pattern FIELD = Pattern.compile("(" + TOKEN + "):[ \\t]*(.*?)[ \\t]*", Pattern.DOTALL);
    private static final Pattern CHUNK_SIZE =
            Pattern.compile("([0-9A-Fa-f]{1,16})(?:;[\\t\\x20-\\x7e\\x80-\\xff]+)?\\r\\n");
    private static final Pattern CRLF = Pattern.compile("\\r\\n");
    private static final Pattern TRAILERS =
            Pattern.compile("(?:" + TOKEN + ":[\\t\\x20-\\x7e\\x80-\\xff]*\\r\\n)*\\r\\n");
    private static final int PARTIAL = 0;
    private static final int COMPLETE = 1;
    private static final int REQUEST_LINE_BYTES_MAX = 8 << 10;
    private static final int HEAD_BYTES_MAX = 32 << 10;
    private static final int FIELDS_MAX = 100;
    private static final long BODY_BYTES_MAX = 1 << 20;

    private final String said;
    private final List<Answer> answers = new ArrayList<>();
    private int at;

    // Of the present request.
    private int start;
    private String method = "";
    private String path = "";
    private String query = "";
    private String host = "";
    private boolean http10;
    private boolean absolute;
    private List<String[]> fields = List.of();
    private String body = "";

    private HttpOracle(String said) {
        this.said = said;
    }

    /// Everything that the server says to somebody who says this and then no more.
    static List<Answer> answers(String conversation) {
        var oracle = new HttpOracle(conversation);
        boolean goesOn = true;
        while (goesOn) {
            goesOn = oracle.request();
        }
        return oracle.answers;
    }

    /// @return true if another request may follow
    private boolean request() {
        method = "";
        body = "";
        String line = "";
        for (int blank = 0; line.isEmpty(); blank++) {
            start = at;
            int[] end = line(false, REQUEST_LINE_BYTES_MAX, 414);
            if (end.length < 2) {
                return end.length == 1 && refuse(end[0]);
            }
            line = said.substring(at, end[0]);
            at = end[1];
            if (line.isEmpty() && blank == 4) {
                return refuse(400);
            }
        }
        int status = requestLine(line);
        return status == 0 ? fields() : refuse(status);
    }

    private boolean refuse(int status) {
        answers.add(new Answer(status, "", method.equals("HEAD"))); // as far as the method was understood
        return false;
    }

    /// Looks for the end of a line.
    ///
    /// @param bytesMax how far from the start of the request it may be
    /// @return where it ends and where the next one begins; the status if that is wrong; nothing if it has not come
    private int[] line(boolean tabs, int bytesMax, int tooLong) {
        int end = at;
        while (end < said.length()
                && (said.charAt(end) >= ' ' && said.charAt(end) != 0x7F || said.charAt(end) == '\t' && tabs)) {
            end++;
        }
        if (end - start > bytesMax) {
            return new int[]{tooLong};
        }
        if (said.startsWith("\r\n", end)) {
            return new int[]{end, end + 2};
        }
        return end == said.length() || said.substring(end).equals("\r") ? new int[0] : new int[]{400};
    }

    private int requestLine(String line) {
        Matcher version = VERSION.matcher(line);
        if (line.length() < "A / HTTP/1.1".length() || !version.matches()) {
            return 400;
        }
        if (!version.group(2).equals("1")) {
            return 505;
        }
        http10 = version.group(3).equals("0");
        if (!version.group(1).endsWith(" ")) {
            return 400;
        }
        Matcher beginning = START.matcher(version.group(1));
        if (!beginning.matches()) {
            return version.group(1).matches(TOKEN + " ") && !METHODS.contains(version.group(1).strip()) ? 501 : 400;
        }
        method = beginning.group(1);
        return METHODS.contains(method) ? target(beginning.group(2)) : 501;
    }

    private int target(String target) {
        host = "";
        absolute = false;
        path = target;
        query = "";
        if (target.equals("*") && method.equals("OPTIONS")) {
            return 0;
        }
        Matcher form = TARGET.matcher(target);
        if (target.isEmpty() || !target.chars().allMatch(c -> c > ' ' && c < 0x7F) || !form.matches()
                || form.group("authority") == null && !target.startsWith("/") || isWrong(form.group("authority"))) {
            return 400;
        }
        absolute = form.group("authority") != null;
        host = Objects.requireNonNullElse(form.group("authority"), "");
        path = form.group("path").isEmpty() ? "/" : form.group("path");
        query = Objects.requireNonNullElse(form.group("query"), "");
        return 0;
    }

    /// @return true for an authority, if there is one, that must not be
    private static boolean isWrong(String authority) {
        if (authority == null) {
            return false;
        }
        Matcher whole = Pattern.compile(HOST).matcher(authority);
        return !whole.matches()
                || whole.group(1) != null && !whole.group(1).isEmpty() && Integer.parseInt(whole.group(1)) > 65_535
                || authority.startsWith("[") && !isAddress(authority.substring(1, authority.indexOf(']')));
    }

    private static boolean isAddress(String text) {
        try {
            Inet6Address.ofLiteral(text);
            return true;
        } catch (IllegalArgumentException wrong) {
            return false;
        }
    }

    private boolean fields() {
        fields = new ArrayList<>();
        while (true) {
            int[] end = line(true, HEAD_BYTES_MAX - 2, 431);
            if (end.length < 2) {
                return end.length == 1 && refuse(end[0]);
            }
            String line = said.substring(at, end[0]);
            at = end[1];
            if (line.isEmpty()) {
                return framing();
            }
            if (fields.size() == FIELDS_MAX) {
                return refuse(431);
            }
            Matcher field = FIELD.matcher(line);
            if (!field.matches() || !isRight(field.group(1).toLowerCase(Locale.ROOT), field.group(2))) {
                return refuse(400);
            }
            fields.add(new String[]{field.group(1).toLowerCase(Locale.ROOT), field.group(2)});
        }
    }

    private boolean isRight(String name, String value) {
        return switch (name) {
            case "host" -> values("host").isEmpty() && (value.isEmpty() ? !absolute : !isWrong(value));
            case "content-length" -> values(name).isEmpty() && value.matches("[0-9]{1,18}");
            case "transfer-encoding" -> values(name).isEmpty() && value.equalsIgnoreCase("chunked");
            default -> true;
        };
    }

    private List<String> values(String name) {
        return fields.stream().filter(field -> field[0].equals(name)).map(field -> field[1]).toList();
    }

    private boolean framing() {
        boolean chunked = !values("transfer-encoding").isEmpty();
        if (!http10 && values("host").isEmpty() || chunked && (http10 || !values("content-length").isEmpty())) {
            return refuse(400);
        }
        List<String> expected = values("expect");
        if (!http10 && expected.stream().anyMatch(value -> !value.equalsIgnoreCase("100-continue"))) {
            return refuse(417);
        }
        if (!absolute) {
            host = values("host").isEmpty() ? "null" : values("host").getFirst();
        }
        long length = values("content-length").isEmpty() ? 0 : Long.parseLong(values("content-length").getFirst());
        boolean hasBody = chunked || length > 0;
        boolean awaitsContinue = hasBody && !http10 && !expected.isEmpty();
        if (status() != 200 && status() != 500) { // the server's own answer, for which no body is waited
            boolean goesOn = answer("");
            return goesOn && !awaitsContinue && length <= BODY_BYTES_MAX
                    && (chunked ? chunks() : sized(length)) == COMPLETE;
        }
        if (length > BODY_BYTES_MAX) {
            return refuse(413);
        }
        if (awaitsContinue) {
            answers.add(new Answer(100, "", true));
        }
        int result = chunked ? chunks() : sized(length);
        return switch (result) {
            case COMPLETE -> answer(told());
            case PARTIAL -> false;
            default -> refuse(result);
        };
    }

    private int sized(long length) {
        if (said.length() - at < length) {
            return PARTIAL;
        }
        body = said.substring(at, at + (int) length);
        at += (int) length;
        return COMPLETE;
    }

    /// @return [#COMPLETE], [#PARTIAL] or the status of the refusal
    private int chunks() {
        var decoded = new StringBuilder();
        while (true) {
            int from = at;
            if (!take(CHUNK_SIZE)) {
                String size = said.substring(from).split("[^0-9A-Fa-f]", 2)[0];
                boolean sizeIsOver = size.length() <= 16 && !size.isEmpty() && from + size.length() < said.length()
                        && ";\r".indexOf(said.charAt(from + size.length())) >= 0;
                return sizeIsOver && isTooLarge(size, decoded)
                        ? 413
                        : isPartial(CHUNK_SIZE) ? PARTIAL : 400;
            }
            String digits = said.substring(from).split("[^0-9A-Fa-f]", 2)[0];
            if (isTooLarge(digits, decoded)) {
                return 413;
            }
            int size = Integer.parseInt(digits, 16);
            if (size == 0) {
                break;
            }
            if (said.length() - at < size) {
                return PARTIAL;
            }
            decoded.append(said, at, at + size);
            at += size;
            if (!take(CRLF)) {
                return isPartial(CRLF) ? PARTIAL : 400;
            }
        }
        if (!take(TRAILERS)) {
            return isPartial(TRAILERS) ? PARTIAL : 400;
        }
        body = decoded.toString();
        return COMPLETE;
    }

    private static boolean isTooLarge(String digits, CharSequence decoded) {
        long size = Long.parseUnsignedLong(digits, 16);
        return size < 0 || size > BODY_BYTES_MAX - decoded.length();
    }

    private boolean take(Pattern what) {
        Matcher matcher = what.matcher(said).region(at, said.length());
        boolean there = matcher.lookingAt();
        at = there ? matcher.end() : at;
        return there;
    }

    /// True if more bytes could still make it right.
    @SuppressWarnings("JdkObsolete") // a prefix of what could match is exactly what is asked for
    private boolean isPartial(Pattern what) {
        Matcher matcher = what.matcher(said).region(at, said.length());
        return !matcher.lookingAt() && matcher.hitEnd();
    }

    private String kind() {
        return path.split("/", 3).length < 3 ? "" : path.split("/", 3)[1];
    }

    private int status() {
        return switch (kind()) {
            case "now", "may-block", "staged", "chunks", "pieces", "later", "later-chunks" -> 200;
            case "get" -> method.equals("GET") || method.equals("HEAD") ? 200 : method.equals("OPTIONS") ? 204 : 405;
            case "fails" -> 500;
            default -> path.equals("*") ? 204 : 404;
        };
    }

    private boolean answer(String text) {
        boolean chunked = kind().endsWith("chunks");
        boolean toHead = method.equals("HEAD");
        answers.add(new Answer(status(), status() == 200 && !toHead ? text : "", toHead));
        List<String> options = values("connection").stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .map(option -> option.replaceAll("^[ \\t]+|[ \\t]+$", "").toLowerCase(Locale.ROOT))
                .toList();
        return !options.contains("close") && (!http10 || options.contains("keep-alive") && !(chunked && !toHead));
    }

    private String told() {
        String told = method + " " + path + " " + query + " " + host + " " + values("x") + " " + body + "\n";
        Matcher padding = Pattern.compile("(?:^|&)padding(?:=([^&]*))?(?=&|$)").matcher(query);
        String number = padding.find() && padding.group(1) != null ? padding.group(1) : "";
        return told + "p"
                .repeat(number.matches("\\d{1,18}") ? (int) Math.min(Telling.PADDING_MAX, Long.parseLong(number)) : 0);
    }

    /// Takes apart what a server said.
    ///
    /// @param expected tells which answers have no body whatever their fields say
    /// @throws IllegalStateException if it is no sequence of answers, or something follows one that announced the end
    static List<Answer> parse(byte[] heard, List<Answer> expected) {
        String all = new String(heard, ISO_8859_1);
        List<Answer> answers = new ArrayList<>();
        boolean closed = false;
        for (int from = 0; from < all.length();) {
            int end = all.indexOf("\r\n\r\n", from);
            if (closed || end < 0 || !all.startsWith("HTTP/1.1 ", from)) {
                throw new IllegalStateException((closed ? "behind the end: " : "no answer: ") + all.substring(from));
            }
            String head = all.substring(from, end + 2);
            int status = Integer.parseInt(head.substring(9, 12));
            boolean toHead = answers.size() < expected.size() && expected.get(answers.size()).toHead();
            closed = head.contains("\r\nConnection: close\r\n");
            from = end + 4;
            String body = "";
            Matcher length = Pattern.compile("\r\nContent-Length: (\\d+)\r\n").matcher(head);
            if (toHead || status < 200 || status == 204 || status == 304) {
                body = "";
            } else if (length.find()) {
                body = all.substring(from, from + Integer.parseInt(length.group(1)));
                from += body.length();
            } else if (head.contains("\r\nTransfer-Encoding: chunked\r\n")) {
                var decoded = new StringBuilder();
                int size;
                do {
                    int line = all.indexOf("\r\n", from);
                    size = Integer.parseInt(all.substring(from, line), 16);
                    decoded.append(all, line + 2, line + 2 + size);
                    from = line + 2 + size + 2;
                    if (!all.startsWith("\r\n", from - 2)) {
                        throw new IllegalStateException("a chunk of " + size + " bytes does not end there: " + all);
                    }
                } while (size > 0);
                body = decoded.toString();
            } else {
                body = all.substring(from);
                from = all.length();
            }
            answers.add(new Answer(status, status == 200 ? body : "", toHead));
        }
        return answers;
    }
}
