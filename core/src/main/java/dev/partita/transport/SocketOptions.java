package dev.partita.transport;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The low-level tricks as settings: socket options by name, tried when the server starts. What became of each is an
/// [Outcome], never an error: a server starts without an option that its kernel does not have.
///
/// Immutable; a later setting of the same name replaces the earlier one.
public final class SocketOptions {
    /// What kind of value an option takes.
    public enum Kind {
        /// `on` or `off`.
        SWITCH,
        /// A whole number that is not negative.
        NUMBER,
        /// A word.
        WORD
    }

    /// The options, in the order in which they are shown. What each does is said in `tcp(7)` and `socket(7)`.
    public enum Name {
        /// TCP_NODELAY: small replies leave at once instead of waiting for the acknowledgement of the one before (Nagle).
        TCP_NODELAY(Kind.SWITCH, "send small replies at once (Nagle's algorithm off)"),
        /// TCP_DEFER_ACCEPT: a connection is accepted when its first bytes are here; the value is how long to wait, in
        /// seconds.
        TCP_DEFER_ACCEPT(Kind.NUMBER, "accept a connection only when its first bytes have arrived; seconds to wait"),
        /// TCP_FASTOPEN: data in the opening packet of peers that were here before; the value is how many may be pending.
        TCP_FASTOPEN(Kind.NUMBER, "take data with the opening packet (RFC 7413); length of the queue"),
        /// TCP_QUICKACK: acknowledge at once, at the beginning of a connection.
        TCP_QUICKACK(Kind.SWITCH, "acknowledge at once at the start of a connection"),
        /// TCP_CONGESTION: the congestion control algorithm, such as `bbr`, `cubic`, `reno`.
        TCP_CONGESTION(Kind.WORD, "congestion control: bbr, cubic, reno ... as the kernel has them"),
        /// TCP_USER_TIMEOUT: how long sent data may stay unacknowledged before the connection is given up, in milliseconds.
        TCP_USER_TIMEOUT(Kind.NUMBER, "give up when sent data is not acknowledged; milliseconds"),
        /// TCP_NOTSENT_LOWAT: how much unsent data the kernel takes before it says that it is full, in bytes.
        TCP_NOTSENT_LOWAT(Kind.NUMBER, "unsent data that the kernel buffers; bytes"),
        /// SO_KEEPALIVE: notice peers that are gone without a word.
        SO_KEEPALIVE(Kind.SWITCH, "probe connections that have been silent for long"),
        /// SO_LINGER: what close(2) does with data that is not sent yet; the value is seconds, 0 resets the connection. More
        /// than 0 makes close(2) wait, and an event loop with it: for MP and VT, if at all.
        SO_LINGER(Kind.NUMBER, "seconds that close waits for unsent data; 0 resets the connection"),
        /// SO_RCVBUF: the kernel's receive buffer, in bytes; unset, it sizes itself.
        SO_RCVBUF(Kind.NUMBER, "receive buffer; bytes (unset: the kernel adapts it)"),
        /// SO_SNDBUF: the kernel's send buffer, in bytes; unset, it sizes itself.
        SO_SNDBUF(Kind.NUMBER, "send buffer; bytes (unset: the kernel adapts it)"),
        /// SO_BUSY_POLL: poll the network card for so many microseconds before sleeping. Loopback has no card.
        SO_BUSY_POLL(Kind.NUMBER, "poll the network card before sleeping; microseconds"),
        /// SO_INCOMING_CPU: with several listeners on a port, prefer this one for packets that were received on that CPU.
        SO_INCOMING_CPU(Kind.NUMBER, "prefer this listener for packets received on a CPU; its number");

        private final Kind kind;
        private final String description;

        Name(Kind kind, String description) {
            this.kind = kind;
            this.description = description;
        }

        /// What kind of value it takes.
        public Kind kind() {
            return kind;
        }

        /// What it does, in a few words.
        public String description() {
            return description;
        }

        /// Its name on a command line: lower case with hyphens.
        public String option() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /// One option and its value. A switch is 1 or 0; a word stands in `word`.
    ///
    /// @param number the value of a number or switch, 0 for a word
    /// @param word the value of a word, empty otherwise
    public record Setting(Name name, long number, String word) {
        @Override
        public String toString() {
            return name.option() + "=" + switch (name.kind) {
                case SWITCH -> number != 0 ? "on" : "off";
                case NUMBER -> Long.toString(number);
                case WORD -> word;
            };
        }
    }

    /// What became of a setting.
    public enum Result {
        /// The kernel took it.
        APPLIED,
        /// The kernel refused it; the detail says with what error.
        REFUSED,
        /// This transport or socket does not have it.
        NOT_AVAILABLE
    }

    /// A setting and what became of it.
    ///
    /// @param detail the error's name or the reason, empty where it was applied
    public record Outcome(Setting setting, Result result, String detail) {}

    private static final SocketOptions DEFAULTS =
            new SocketOptions(List.of()).with("tcp-nodelay=on").with("tcp-notsent-lowat=131072");

    private final List<Setting> settings;

    private SocketOptions(List<Setting> settings) {
        this.settings = List.copyOf(settings);
    }

    /// What a server sets when nothing else is said: TCP_NODELAY, and 128 KiB of unsent data for each connection at most.
    ///
    /// Without the latter the kernel takes up to 4 MiB (net.ipv4.tcp_wmem) for a peer that does not read. 2,000 of them bring
    /// the machine to its bound on memory for TCP (net.ipv4.tcp_mem), and then everybody waits: 8.7 s for an answer,
    /// measured by `benchmarks/faults slow-clients`; with it, half a second.
    public static SocketOptions defaults() {
        return DEFAULTS;
    }

    /// These options and one more, written `name=value`, such as `tcp-congestion=bbr` or `tcp-nodelay=off`.
    ///
    /// @throws IllegalArgumentException if there is no such option or it takes no such value; the message lists what is
    ///     valid
    public SocketOptions with(String setting) {
        int equals = setting.indexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException(
                    "socket option '" + setting + "' has no value: write name=value; valid names: " + names());
        }
        Name name = parseName(setting.substring(0, equals).strip());
        Setting parsed = parse(name, setting.substring(equals + 1).strip());
        List<Setting> all = new ArrayList<>(settings);
        all.removeIf(other -> other.name == name);
        all.add(parsed);
        return new SocketOptions(all);
    }

    /// The settings, each name at most once.
    public List<Setting> settings() {
        return settings;
    }

    /// The names of all options, separated by commas.
    public static String names() {
        return Arrays.stream(Name.values()).map(Name::option).collect(Collectors.joining(", "));
    }

    private static Name parseName(String text) {
        for (Name name : Name.values()) {
            if (name.option().equalsIgnoreCase(text) || name.name().equalsIgnoreCase(text)) {
                return name;
            }
        }
        throw new IllegalArgumentException("there is no socket option '" + text + "'; valid names: " + names());
    }

    private static Setting parse(Name name, String value) {
        return switch (name.kind) {
            case SWITCH -> switch (value.toLowerCase(Locale.ROOT)) {
                case "on", "1", "true" -> new Setting(name, 1, "");
                case "off", "0", "false" -> new Setting(name, 0, "");
                default -> throw invalid(name, value, "on or off");
            };
            case NUMBER -> {
                if (!value.matches("[0-9]{1,9}")) {
                    throw invalid(name, value, "a whole number from 0 to 999999999");
                }
                yield new Setting(name, Long.parseLong(value), "");
            }
            case WORD -> {
                if (!value.matches("[A-Za-z0-9_-]{1,15}")) {
                    throw invalid(name, value, "a name such as bbr, cubic or reno");
                }
                yield new Setting(name, 0, value);
            }
        };
    }

    private static IllegalArgumentException invalid(Name name, String value, String valid) {
        return new IllegalArgumentException(
                "socket option " + name.option() + " has the value '" + value + "': valid is " + valid);
    }
}
