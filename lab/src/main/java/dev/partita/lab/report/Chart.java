package dev.partita.lab.report;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// A picture, and its data as a table.
///
/// @param title what it shows
/// @param note how to read it
/// @param label for those who do not see it: what it shows, with the figures if they are few
/// @param shown what `report.js` draws: `kind` says which of its shapes
/// @param rows how many rows a chart of rows has; 0 for one of a fixed height
/// @param data what is drawn, in figures
record Chart(String title, String note, String label, Map<String, Object> shown, int rows, Table data) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int ROW_PIXELS = 34;
    private static final int AXIS_PIXELS = 62;

    /// @param id unique in the page
    void write(Html html, String id) {
        html.open("figure", "data-chart", String.valueOf(shown.get("kind")), "class", isWide() ? "wide" : "");
        html.open("figcaption").element("b", title).element("span", note).close("figcaption");
        String height = rows == 0 ? "" : "height:" + (AXIS_PIXELS + rows * ROW_PIXELS) + "px";
        html.open("div", "class", "chart", "id", id, "role", "img", "aria-label", label, "style", height).close("div");
        html.open("script", "type", "application/json").trusted(json()).close("script");
        html.open("details").element("summary", "The data of this picture");
        data.write(html);
        html.close("details").close("figure");
    }

    /// Of those with a choice there is one for each workload, and it is the one to look at first.
    private boolean isWide() {
        return shown.get("choices") instanceof List<?> choices && choices.size() > 1;
    }

    /// In a script element nothing is unescaped, and `</script` or `<!--` would end or change it.
    private String json() {
        return JSON.writeValueAsString(shown).replace("<", "\\u003c");
    }

    /// Makes the label of a chart whose figures are few.
    static String label(String title, List<String> figures) {
        return title + ": " + String.join("; ", figures);
    }
}
