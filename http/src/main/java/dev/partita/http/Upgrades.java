package dev.partita.http;

import dev.partita.connection.Buffer;
import java.nio.charset.StandardCharsets;

/// What other protocols a client is ready to go on with (RFC 9110 section 7.8).
final class Upgrades {
    private Upgrades() {}

    /// True if `Upgrade` has this name and `Connection` says that this was meant for us. HTTP/1.0 has no such thing.
    static boolean isOffered(RequestHead head, Buffer in, String name) {
        return head.end() != 0 && !head.isHttp10() && lists(head, in, "connection", "upgrade")
                && lists(head, in, "upgrade", name);
    }

    /// True if an element of a list is this, whatever the case of either; the list may be in several fields.
    private static boolean lists(RequestHead head, Buffer in, String field, String wanted) {
        long found = Fields.find(in, head.fieldsStart(), head.end(), field);
        while (found != Fields.NONE) {
            int stop = Fields.stop(found);
            var value = new byte[stop - Fields.start(found)];
            in.copy(Fields.start(found), value, 0, value.length);
            for (String each : new String(value, StandardCharsets.ISO_8859_1).split(",", -1)) {
                if (each.strip().equalsIgnoreCase(wanted)) {
                    return true;
                }
            }
            found = Fields.find(in, Fields.nextLine(in, stop), head.end(), field);
        }
        return false;
    }
}
