package dev.partita.http;

import dev.partita.connection.Buffer;
import java.util.List;

/// The path of a route, split at its slashes: literal segments, parameters (`{id}`), and at the end perhaps a wildcard. Tells
/// which part of a request's path a parameter or the wildcard stands for. Immutable.
final class PathPattern {
    private static final String WILDCARD = "*";

    private final String text;
    private final List<String> segments;

    /// @throws IllegalArgumentException if the text is no such path; the message says what is valid
    PathPattern(String text) {
        this.text = text;
        if (!text.startsWith("/")) {
            throw refused("it has to begin with a slash");
        }
        segments = List.of(text.substring(1).split("/", -1));
        for (int i = 0; i < segments.size(); i++) {
            check(i);
        }
    }

    private void check(int index) {
        String segment = segments.get(index);
        if (segment.equals(WILDCARD)) {
            if (index < segments.size() - 1) {
                throw refused("a wildcard may only be at its end");
            }
        } else if (isParameter(index)) {
            if (!name(segment).matches("[A-Za-z][A-Za-z0-9_]*")) {
                throw refused("the name of a parameter has letters, digits and underscores, and begins with a letter");
            }
            if (segments.indexOf(segment) != index) {
                throw refused("it has the parameter " + segment + " twice");
            }
        } else if (!segment.chars().allMatch(c -> c > ' ' && c <= '~' && "?#*{}".indexOf(c) < 0)) {
            throw refused("a segment is {name}, or has no spaces, no ?, #, *, { or }, and nothing beyond ASCII "
                    + "(write those percent-encoded); only the last one may be *");
        }
    }

    private IllegalArgumentException refused(String why) {
        return new IllegalArgumentException("path \"" + text + "\": " + why);
    }

    /// True if a request's path can only be this very text.
    boolean isExact() {
        for (int i = 0; i < segments.size(); i++) {
            if (isParameter(i) || isWildcard(i)) {
                return false;
            }
        }
        return true;
    }

    /// True if the same paths fit both: nothing but the names of their parameters differs.
    boolean fitsSameAs(PathPattern other) {
        boolean same = segments.size() == other.segments.size();
        for (int i = 0; same && i < segments.size(); i++) {
            same = isParameter(i) ? other.isParameter(i) : segments.get(i).equals(other.segments.get(i));
        }
        return same;
    }

    int size() {
        return segments.size();
    }

    String segment(int index) {
        return segments.get(index);
    }

    boolean isParameter(int index) {
        return segments.get(index).startsWith("{") && segments.get(index).endsWith("}");
    }

    boolean isWildcard(int index) {
        return segments.get(index).equals(WILDCARD);
    }

    private static String name(String segment) {
        return segment.substring(1, segment.length() - 1);
    }

    /// Which segment the parameter of this name is.
    ///
    /// @throws IllegalArgumentException if there is none
    int parameter(String name) {
        for (int i = 0; i < segments.size(); i++) {
            String segment = segments.get(i);
            if (isParameter(i) && segment.length() == name.length() + 2 && segment.startsWith(name, 1)) {
                return i;
            }
        }
        throw new IllegalArgumentException("the route " + text + " has no parameter \"" + name + "\"");
    }

    /// Which segment the wildcard is, or -1.
    int wildcard() {
        int last = segments.size() - 1;
        return isWildcard(last) ? last : -1;
    }

    /// Where the segment of that number begins in a path from `start` to before `end`.
    static int startOf(int segment, Buffer in, int start, int end) {
        int at = Math.min(start + 1, end);
        for (int i = 0; i < segment; i++) {
            at = Math.min(endOf(in, at, end) + 1, end);
        }
        return at;
    }

    /// Where the segment that begins at `at` ends: at a slash, or with the path.
    static int endOf(Buffer in, int at, int end) {
        int slash = at;
        while (slash < end && in.at(slash) != '/') {
            slash++;
        }
        return slash;
    }

    @Override
    public String toString() {
        return text;
    }
}
