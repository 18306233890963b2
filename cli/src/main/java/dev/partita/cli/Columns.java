package dev.partita.cli;

/// Text in two columns: a label, and what belongs to it in one or more lines.
final class Columns {
    private final StringBuilder text = new StringBuilder();
    private final int width;

    /// @param width of the labels
    Columns(int width) {
        this.width = width;
    }

    void add(String label, String lines) {
        String name = label;
        int from = 0;
        while (from <= lines.length()) {
            int end = lines.indexOf('\n', from);
            end = end < 0 ? lines.length() : end;
            text.append(pad(name, width)).append(lines, from, end).append('\n');
            name = "";
            from = end + 1;
        }
    }

    /// The text with spaces behind it, at least one.
    static String pad(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
