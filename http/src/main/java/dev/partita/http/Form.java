package dev.partita.http;

import dev.partita.http.syntax.Percent;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The form that a request's body is: fields with texts, and files. From [Request#form].
///
/// Bounded by `formFieldsMax`, `formBytesMax` and `partHeadBytesMax` of the server's limits, the files by the one on bodies.
/// Names and texts are the caller's to keep; a file can be read while the request is valid.
public final class Form {
    private static final String URL_ENCODED = "application/x-www-form-urlencoded";
    private static final String MULTIPART = "multipart/form-data";

    private final Map<String, List<String>> fields = new LinkedHashMap<>();
    private final List<Upload> files = new ArrayList<>();
    private final Limits limits;
    private int count;
    private long bytes;

    private Form(Limits limits) {
        this.limits = limits;
    }

    /// @throws StatusException (400) if the body is no form, (413) if the form is too large, (415) if the body says that it is
    ///     something else
    /// @throws IOException if the body cannot be read
    static Form of(Request request) throws IOException {
        var form = new Form(request.connection().limits());
        Body body = request.body();
        String type = request.mediaType();
        if (URL_ENCODED.equals(type)) {
            form.readUrlEncoded(request, body);
        } else if (MULTIPART.equals(type)) {
            new MultipartReader(request, body, form).read();
        } else if (type != null || body.length() > 0) {
            throw new StatusException(415, "a form is " + URL_ENCODED + " or " + MULTIPART);
        }
        return form;
    }

    private void readUrlEncoded(Request request, Body body) throws IOException {
        take(request, body.length());
        byte[] octets = body.bytes();
        for (int at = 0; at < octets.length;) {
            int end = indexOf(octets, '&', at, octets.length);
            int nameEnd = indexOf(octets, '=', at, end);
            if (at < end) {
                count(request);
                String value = decoded(octets, Math.min(nameEnd + 1, end), end);
                add(decoded(octets, at, nameEnd), value);
            }
            at = end + 1;
        }
    }

    private static int indexOf(byte[] octets, char wanted, int from, int to) {
        int at = from;
        while (at < to && octets[at] != wanted) {
            at++;
        }
        return at;
    }

    private static String decoded(byte[] octets, int from, int to) {
        String decoded = Percent.decode(octets, from, to, true);
        if (decoded == null) {
            throw new StatusException(400, "the form has a % without two hexadecimal digits behind it");
        }
        return decoded;
    }

    // For the reader of a multipart body.

    /// Says that there is one more field or file.
    void count(Request request) {
        if (++count > limits.formFieldsMax()) {
            throw tooLarge(request, "more than " + limits.formFieldsMax() + " fields");
        }
    }

    /// Says that so many bytes more go into memory.
    void take(Request request, long more) {
        bytes += more;
        if (bytes > limits.formBytesMax()) {
            throw tooLarge(request, "fields of more than " + limits.formBytesMax() + " bytes");
        }
    }

    static StatusException tooLarge(Request request, String why) {
        request.connection().counters().increment(Counter.FORMS_TOO_LARGE);
        return new StatusException(413, "the form has " + why);
    }

    void add(String name, String value) {
        fields.computeIfAbsent(name, first -> new ArrayList<>(1)).add(value);
    }

    void add(Upload file) {
        files.add(file);
    }

    // For handlers.

    /// The first value of a field.
    ///
    /// @return null if there is no such field
    public @Nullable String value(String name) {
        List<String> values = fields.get(name);
        return values == null ? null : values.getFirst();
    }

    /// All values of a field, in the order in which they were sent.
    public List<String> values(String name) {
        return Collections.unmodifiableList(fields.getOrDefault(name, List.of()));
    }

    /// The names of all fields, files excepted, in the order in which they came first.
    public List<String> names() {
        return List.copyOf(fields.keySet());
    }

    /// The first file of a field.
    ///
    /// @return null if there is none, as when nothing was chosen in the browser
    public @Nullable Upload file(String name) {
        for (Upload file : files) {
            if (file.name().equals(name)) {
                return file;
            }
        }
        return null;
    }

    /// All files, in the order in which they were sent.
    public List<Upload> files() {
        return Collections.unmodifiableList(files);
    }
}
