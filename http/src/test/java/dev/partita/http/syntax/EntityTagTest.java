package dev.partita.http.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Buffer;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntityTagTest {
    private static final EntityTag STRONG = new EntityTag("\"a-1\"", false);
    private static final EntityTag WEAK = new EntityTag("\"a-1\"", true);

    private static boolean isIn(EntityTag tag, String list, boolean strongly) {
        Buffer buffer = Buffer.over(Arena.ofAuto().allocate(list.length() + 1));
        buffer.putLatin1(list);
        return tag.isIn(buffer, 0, list.length(), strongly);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "\"a-1\"", "W/\"a-1\"", "\"x\", \"a-1\"", "\"x\",W/\"y\",\"a-1\"", " \t\"a-1\" ",
        ",, \"a-1\"", "\"with, comma\",\"a-1\"", "\"\", \"a-1\"", "\"a-1\" garbage"})
    void aListThatNamesItDoes(String list) {
        assertThat(isIn(STRONG, list, false)).isTrue();
        assertThat(isIn(WEAK, list, false)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a-1", "\"a-2\"", "\"a-1", "\"A-1\"", "w/\"a-1\"", "W\"a-1\"", "garbage \"a-1\"", "\"",
        "W/", "W", "\"a-1 \"", "\"x\" \"", "\"with \\\"a-1\\\"\""})
    void oneThatDoesNotDoesNot(String list) {
        assertThat(isIn(STRONG, list, false)).isFalse();
    }

    @Test
    void comparedStronglyAWeakOneIsLikeNoOther() {
        assertThat(isIn(STRONG, "\"a-1\"", true)).isTrue();
        assertThat(isIn(STRONG, "W/\"a-1\"", true)).isFalse();
        assertThat(isIn(STRONG, "W/\"a-1\", \"a-1\"", true)).isTrue();
        assertThat(isIn(WEAK, "\"a-1\"", true)).isFalse();
        assertThat(isIn(WEAK, "*", true)).as("whatever there is").isTrue();
    }

    @Test
    void eachVersionAndEachCodingHasItsOwn() {
        EntityTag tag = EntityTag.of(26, 255, "", false);
        assertThat(new String(tag.line(), StandardCharsets.ISO_8859_1)).isEqualTo("ETag: \"1a-ff\"\r\n");
        assertThat(EntityTag.of(26, 255, "gzip", false).opaque()).isEqualTo("\"1a-ff-gzip\"");
        assertThat(new String(EntityTag.of(0, -1, "br", true).line(), StandardCharsets.ISO_8859_1))
                .isEqualTo("ETag: W/\"0-ffffffffffffffff-br\"\r\n");
    }
}
