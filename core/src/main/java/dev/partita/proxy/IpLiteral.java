package dev.partita.proxy;

import java.net.InetAddress;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// IP addresses as text. No name is ever looked up, and of the many ways to write an IPv4 address only the one that everybody
/// reads alike is accepted: four decimal numbers without leading zeros.
public final class IpLiteral {
    private static final String OCTET = "(?:0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private IpLiteral() {}

    /// The address that `text` stands for, without brackets or a zone; null if it is none.
    public static @Nullable InetAddress parse(String text) {
        return IPV4.matcher(text).matches() || IPV6.matcher(text).matches() ? literal(text) : null;
    }

    static boolean isIpv4(String text) {
        return IPV4.matcher(text).matches();
    }

    private static @Nullable InetAddress literal(String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException none) {
            return null;
        }
    }
}
