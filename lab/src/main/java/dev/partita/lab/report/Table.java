package dev.partita.lab.report;

import java.util.ArrayList;
import java.util.List;

/// Rows of text under a head. The first column names the row; the others are figures unless the table says that they are words.
final class Table {
    private final List<String> head;
    private final List<List<String>> rows = new ArrayList<>();
    /// Of each row; empty where nothing refers to it.
    private final List<String> ids = new ArrayList<>();
    private final boolean words;

    private Table(boolean words, List<String> head) {
        this.words = words;
        this.head = head;
    }

    static Table ofFigures(String... head) {
        return new Table(false, List.of(head));
    }

    static Table ofWords(String... head) {
        return new Table(true, List.of(head));
    }

    Table row(String... cells) {
        return row(List.of(cells));
    }

    Table row(List<String> cells) {
        return rowWithId("", cells);
    }

    /// A row that the page refers to.
    Table rowWithId(String id, List<String> cells) {
        if (cells.size() != head.size()) {
            throw new IllegalArgumentException(cells.size() + " cells under a head of " + head.size());
        }
        rows.add(List.copyOf(cells));
        ids.add(id);
        return this;
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    List<String> head() {
        return head;
    }

    List<List<String>> rows() {
        return rows;
    }

    void write(Html html) {
        // It scrolls by itself where it is wide, and only what has the focus scrolls by keyboard.
        html.open("div", "class", "scroll", "tabindex", "0", "role", "group", "aria-label",
                "Table: " + String.join(", ", head));
        html.open("table").open("thead").open("tr");
        for (int i = 0; i < head.size(); i++) {
            html.element("th", head.get(i), "scope", "col", "class", style(i));
        }
        html.close("tr").close("thead").open("tbody");
        for (int at = 0; at < rows.size(); at++) {
            List<String> row = rows.get(at);
            html.open("tr", "id", ids.get(at)).element("th", row.getFirst(), "scope", "row");
            for (int i = 1; i < row.size(); i++) {
                html.element("td", row.get(i), "class", style(i));
            }
            html.close("tr");
        }
        html.close("tbody").close("table").close("div");
    }

    private String style(int column) {
        return words || column == 0 ? "" : "number";
    }
}
