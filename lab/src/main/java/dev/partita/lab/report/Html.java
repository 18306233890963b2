package dev.partita.lab.report;

import java.util.Set;

/// HTML, written from top to bottom. All text and every attribute is escaped here; only [#trusted] is not.
final class Html {
    private static final Set<String> WITHOUT_END = Set.of("br", "hr", "meta", "link", "input");

    private final StringBuilder text = new StringBuilder();

    /// Opens an element.
    ///
    /// @param attributes names and values in turn; one whose value is empty is left out
    Html open(String tag, String... attributes) {
        if (attributes.length % 2 != 0) {
            throw new IllegalArgumentException("an attribute of <" + tag + "> has no value");
        }
        text.append('<').append(tag);
        for (int i = 0; i < attributes.length; i += 2) {
            if (!attributes[i + 1].isEmpty()) {
                text.append(' ').append(attributes[i]).append("=\"").append(escaped(attributes[i + 1])).append('"');
            }
        }
        text.append('>');
        if (WITHOUT_END.contains(tag)) {
            text.append('\n');
        }
        return this;
    }

    Html close(String tag) {
        text.append("</").append(tag).append(">\n");
        return this;
    }

    /// An element with nothing but text in it.
    Html element(String tag, String content, String... attributes) {
        return open(tag, attributes).text(content).close(tag);
    }

    Html text(String content) {
        text.append(escaped(content));
        return this;
    }

    /// What is known to be markup, because it was written for this page.
    Html trusted(String markup) {
        text.append(markup);
        return this;
    }

    static String escaped(String content) {
        var safe = new StringBuilder(content.length() + 16);
        for (int i = 0; i < content.length(); i++) {
            char c = content.charAt(i);
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.append(isVisible(c) ? c : '\ufffd');
            }
        }
        return safe.toString();
    }

    /// The last lines of a dead server may contain anything; what steers a terminal, or turns text around, has no place in a
    /// report.
    static boolean isVisible(char c) {
        return c >= ' '
                ? !(c >= 0x7f && c < 0xa0) && !(c >= '\u202a' && c <= '\u202e') && !(c >= '\u2066' && c <= '\u2069')
                : c == '\n' || c == '\t' || c == '\r';
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
