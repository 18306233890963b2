package dev.partita.http;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A cookie to be set by [Response#cookie] (RFC 6265 section 4.1, and its successor's draft for SameSite and the prefixes).
/// Immutable: every method gives another one.
///
///     Cookie.of("session", id).path("/").secure().httpOnly().sameSite(Cookie.SameSite.LAX).maxAge(Duration.ofHours(8))
///
/// What no attribute says is the browser's choice: it keeps the cookie until it ends, and sends it to this host, below the
/// folder of this path. Wrong characters are refused here, attributes that contradict each other when the cookie is set.
public final class Cookie {
    /// From where a browser sends a cookie along.
    public enum SameSite {
        /// From pages of this site only.
        STRICT,
        /// Also when a link from elsewhere is followed.
        LAX,
        /// From anywhere; needs [Cookie#secure].
        NONE
    }

    private final String name;
    private final String value;
    private final @Nullable String path;
    private final @Nullable String domain;
    private final @Nullable Duration maxAge;
    private final boolean secure;
    private final boolean httpOnly;
    private final @Nullable SameSite sameSite;

    private Cookie(String name, String value, @Nullable String path, @Nullable String domain, @Nullable Duration maxAge,
            boolean secure, boolean httpOnly, @Nullable SameSite sameSite) {
        this.name = name;
        this.value = value;
        this.path = path;
        this.domain = domain;
        this.maxAge = maxAge;
        this.secure = secure;
        this.httpOnly = httpOnly;
        this.sameSite = sameSite;
    }

    /// A cookie without attributes.
    ///
    /// @throws IllegalArgumentException if the name is no token, or the value has anything but printable ASCII without spaces,
    ///     quotes, commas, semicolons and backslashes; encode what may have those
    public static Cookie of(String name, String value) {
        require(HeaderRules.isToken(name), name, "its name is none: letters, digits and !#$%&'*+-.^_`|~ can be in one");
        require(value.chars().allMatch(c -> c > ' ' && c <= '~' && "\",;\\".indexOf(c) < 0), name,
                "its value has a character that no cookie can have; encode it, for example by URLEncoder");
        return new Cookie(name, value, null, null, null, false, false, null);
    }

    /// Makes the browser forget a cookie. Path and domain have to be those that it was set with.
    public static Cookie removal(String name) {
        return of(name, "").maxAge(Duration.ZERO);
    }

    /// Below which path it is sent.
    public Cookie path(String path) {
        require(path.startsWith("/") && isAttribute(path), name, "its path \"" + path + "\" is none");
        return new Cookie(name, value, path, domain, maxAge, secure, httpOnly, sameSite);
    }

    /// To which host and those below it.
    public Cookie domain(String domain) {
        require(!domain.isEmpty() && isAttribute(domain), name, "its domain \"" + domain + "\" is none");
        return new Cookie(name, value, path, domain, maxAge, secure, httpOnly, sameSite);
    }

    /// How long the browser keeps it, in whole seconds.
    public Cookie maxAge(Duration maxAge) {
        require(!maxAge.isNegative(), name, "its age cannot be negative");
        return new Cookie(name, value, path, domain, maxAge, secure, httpOnly, sameSite);
    }

    /// Sent over TLS only.
    public Cookie secure() {
        return new Cookie(name, value, path, domain, maxAge, true, httpOnly, sameSite);
    }

    /// Hidden from scripts.
    public Cookie httpOnly() {
        return new Cookie(name, value, path, domain, maxAge, secure, true, sameSite);
    }

    /// From where it is sent along.
    public Cookie sameSite(SameSite sameSite) {
        return new Cookie(name, value, path, domain, maxAge, secure, httpOnly, sameSite);
    }

    /// The value of the Set-Cookie field.
    ///
    /// @throws IllegalArgumentException if browsers would ignore this cookie
    String field() {
        require(sameSite != SameSite.NONE || secure, name, "SameSite=None needs Secure");
        String prefix = name.toLowerCase(Locale.ROOT);
        require(secure || !prefix.startsWith("__secure-"), name, "this prefix needs Secure");
        require(!prefix.startsWith("__host-") || secure && domain == null && "/".equals(path), name,
                "this prefix needs Secure and Path=/ and no Domain");
        var field = new StringBuilder(name).append('=').append(value);
        if (path != null) {
            field.append("; Path=").append(path);
        }
        if (domain != null) {
            field.append("; Domain=").append(domain);
        }
        if (maxAge != null) {
            field.append("; Max-Age=").append(maxAge.toSeconds());
        }
        if (secure) {
            field.append("; Secure");
        }
        if (httpOnly) {
            field.append("; HttpOnly");
        }
        if (sameSite != null) {
            String word = sameSite.name();
            field.append("; SameSite=").append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return field.toString();
    }

    private static boolean isAttribute(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c <= '~' && c != ';');
    }

    private static void require(boolean right, String name, String why) {
        if (!right) {
            throw new IllegalArgumentException(HeaderRules.printable("cookie " + name + ": " + why));
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
