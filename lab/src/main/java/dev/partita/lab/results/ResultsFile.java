package dev.partita.lab.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// [Results] as a file. The schema is in docs/lab.md.
public final class ResultsFile {
    /// Its name in the folder of a run.
    public static final String NAME = "results.json";

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES) // new names may come
            .build();

    private ResultsFile() {}

    /// Writes all of it or nothing: an interrupted write leaves the file before it.
    ///
    /// @throws IOException if the folder cannot be written to
    public static void write(Results results, Path file) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(temporary, text(results));
        Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /// The text of the file.
    public static String text(Results results) {
        return MAPPER.writeValueAsString(results) + "\n";
    }

    /// Reads a file that [#write] has written.
    ///
    /// @throws IOException if it cannot be read, or is something else; the message says what
    public static Results read(Path file) throws IOException {
        String text = Files.readString(file);
        try {
            JsonNode tree = MAPPER.readTree(text);
            int schema = tree.path("schema").asInt(0);
            if (schema != Results.SCHEMA) {
                throw new IOException(file + " has the schema " + schema + "; this version reads " + Results.SCHEMA);
            }
            return MAPPER.treeToValue(tree, Results.class);
        } catch (JacksonException | NullPointerException broken) {
            throw new IOException(file + " is no results file: " + broken.getMessage(), broken);
        }
    }
}
