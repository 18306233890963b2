package dev.partita.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads Cookie fields as leniently as browsers write them (RFC 6265 section 5.4): pairs between semicolons, a name up to the
/// first equals sign, and no error of any kind.
final class Cookies {
    private Cookies() {}

    /// The first one of that name: the one with the longest path, says the RFC.
    static @Nullable String value(List<String> fields, String name) {
        return all(fields).get(name);
    }

    static Map<String, String> all(List<String> fields) {
        Map<String, String> all = new LinkedHashMap<>();
        for (String field : fields) {
            for (String pair : field.split(";", -1)) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? "" : pair.substring(0, equals).strip();
                String value = pair.substring(equals + 1).strip();
                if (!name.isEmpty() || !value.isEmpty()) {
                    all.putIfAbsent(name, value);
                }
            }
        }
        return all;
    }
}
