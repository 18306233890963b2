package dev.partita.http.syntax;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// A pattern for the names of files, as [java.nio.file.FileSystem#getPathMatcher] has them. It is compared with text, not
/// with a path of the system, which has no characters for most names where the locale is POSIX.
public final class Glob {
    private static final String META = ".^$+()|\\[]{}*?";
    private static final String META_OF_SET = "[\\&^-";

    private final String glob;
    private final StringBuilder regex = new StringBuilder();
    private int at;

    private Glob(String glob) {
        this.glob = glob;
    }

    /// The regular expression that finds the same names.
    ///
    /// @throws PatternSyntaxException if it is malformed
    public static Pattern compile(String glob) {
        return Pattern.compile(new Glob(glob).translate(), Pattern.DOTALL);
    }

    private String translate() {
        boolean inGroup = false;
        while (at < glob.length()) {
            char c = glob.charAt(at++);
            switch (c) {
                case '\\' -> literal(escaped());
                case '[' -> set();
                case '{' -> {
                    if (inGroup) {
                        throw wrong("Cannot nest groups");
                    }
                    inGroup = true;
                    regex.append("(?:(?:");
                }
                case '}' -> {
                    regex.append(inGroup ? "))" : "\\}");
                    inGroup = false;
                }
                case ',' -> regex.append(inGroup ? ")|(?:" : ",");
                case '*' -> stars();
                case '?' -> regex.append("[^/]");
                default -> literal(c);
            }
        }
        if (inGroup) {
            throw wrong("Missing '}'");
        }
        return regex.toString();
    }

    private char escaped() {
        if (at == glob.length()) {
            throw wrong("No character to escape");
        }
        return glob.charAt(at++);
    }

    private void literal(char c) {
        if (META.indexOf(c) >= 0) {
            regex.append('\\');
        }
        regex.append(c);
    }

    private void stars() {
        boolean crossesFolders = at < glob.length() && glob.charAt(at) == '*';
        if (crossesFolders) {
            at++;
        }
        regex.append(crossesFolders ? ".*" : "[^/]*");
    }

    /// A set of characters: all in it stand for themselves, but for a `!` in front and a `-` between two.
    private void set() {
        regex.append("[[^/]&&[");
        if (at < glob.length() && glob.charAt(at) == '!') {
            regex.append('^');
            at++;
        }
        int start = at;
        int first = -1;
        while (at < glob.length() && glob.charAt(at) != ']') {
            int c = codePoint();
            if (c == '-' && first >= 0 && at < glob.length() && glob.charAt(at) != ']') {
                int last = codePoint();
                if (last < first) {
                    throw wrong("Invalid range");
                }
                regex.append('-');
                ofSet(last);
                first = -1;
            } else {
                ofSet(c);
                first = c;
            }
        }
        if (at == glob.length() || at == start) {
            throw wrong("Missing ']'");
        }
        at++;
        regex.append("]]");
    }

    private int codePoint() {
        int c = glob.codePointAt(at);
        at += Character.charCount(c);
        if (c == '/') {
            throw wrong("Explicit '/' in a set");
        }
        return c;
    }

    private void ofSet(int c) {
        if (META_OF_SET.indexOf(c) >= 0) {
            regex.append('\\');
        }
        regex.appendCodePoint(c);
    }

    private PatternSyntaxException wrong(String why) {
        return new PatternSyntaxException(why, glob, Math.max(0, at - 1));
    }
}
