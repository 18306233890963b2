package dev.partita.lab.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HtmlTest {
    @Test
    void textAndAttributesCannotEndWhatTheyStandIn() {
        String page = new Html().element("p", "a<b> & \"c\"", "title", "'\"><script>").toString();

        assertThat(page).isEqualTo(
                "<p title=\"&#39;&quot;&gt;&lt;script&gt;\">a&lt;b&gt; &amp; &quot;c&quot;</p>\n");
    }

    @Test
    void whatCannotBeSeenIsReplaced() {
        assertThat(new Html().text("a\u0000\u001b[31m\u202eb\n").toString()).isEqualTo("a\ufffd\ufffd[31m\ufffdb\n");
    }

    @Test
    void anAttributeWithoutAValueIsAMistakeAndOneWithAnEmptyValueIsLeftOut() {
        assertThat(new Html().element("td", "x", "class", "").toString()).isEqualTo("<td>x</td>\n");
        assertThatThrownBy(() -> new Html().open("td", "class")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("<td>");
    }
}
