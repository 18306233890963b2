package dev.partita.http;

import dev.partita.connection.OpenFile;
import dev.partita.http.syntax.ByteRange;
import dev.partita.http.syntax.EntityTag;
import dev.partita.http.syntax.HttpDate;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// One form of a file, as it is or compressed: its header fields as they will be sent, and if it is small its content.
/// Immutable. With content it answers by itself, without waiting for anything.
final class Variant implements Handler {
    private static final byte[] NOTHING = {};

    /// Where it lies below the root.
    final String name;
    /// See [OpenFile#version]. Of what was compressed here, the original's.
    final long version;
    final long bytes;
    final byte @Nullable [] content;

    private final boolean encoded;
    private final EntityTag tag;
    private final long modified;
    /// What 200 and 206 have, and what 304 has.
    private final byte[] lines;
    private final byte[] unchangedLines;

    /// What all forms of a file have in common.
    ///
    /// @param varies true if there are several
    record Common(String type, boolean varies, @Nullable String cacheControl) {}

    /// @param coding as it is called in Content-Encoding; nothing for the file as it is
    /// @param modified seconds since 1970
    Variant(String name, long version, String coding, long bytes, EntityTag tag, long modified,
            byte @Nullable [] content,
            Common common) {
        this.name = name;
        this.version = version;
        this.bytes = bytes;
        this.content = content;
        this.tag = tag;
        this.modified = modified;
        encoded = !coding.isEmpty();
        var both = new ByteArrayOutputStream();
        both.writeBytes(line("Last-Modified", HttpDate.text(modified)));
        both.writeBytes(tag.line());
        both.writeBytes(common.varies() ? line("Vary", "Accept-Encoding") : NOTHING);
        both.writeBytes(common.cacheControl() == null ? NOTHING : line("Cache-Control", common.cacheControl()));
        unchangedLines = both.toByteArray();
        both.writeBytes(encoded ? line("Content-Encoding", coding) : line("Accept-Ranges", "bytes"));
        both.writeBytes(line("Content-Type", common.type()));
        lines = both.toByteArray();
    }

    private static byte[] line(String name, String value) {
        return (name + ": " + value + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    /// What it takes in memory, about.
    int cost() {
        return 256 + lines.length + unchangedLines.length + (content == null ? 0 : content.length);
    }

    /// True if it can be sent from memory.
    boolean isHot() {
        return content != null;
    }

    @Override
    public void handle(Request request, Response response) {
        answer(request, response, null);
    }

    @Override
    public boolean neverBlocks() {
        return true;
    }

    @Override
    public long bodyBytesMax(Request request) {
        return BODY_IGNORED;
    }

    /// Answers a GET or HEAD. A range is given of the file as it is, never of its compressed form.
    ///
    /// @param file to send it from if it is not hot; closed in any case
    void answer(Request request, Response response, @Nullable OpenFile file) {
        ByteRange range;
        try {
            int present = Conditions.present(request);
            if (present != Conditions.NONE && answered(request, response, present)) {
                if (file != null) {
                    file.close();
                }
                return;
            }
            range = present == Conditions.NONE || encoded ? ByteRange.WHOLE : range(request, present);
            if (!range.isWhole()) {
                response.status(206).header("Content-Range", range.contentRange(bytes));
            }
            response.lines(lines);
        } catch (RuntimeException failure) { // no room, or there is a reply already
            if (file != null) {
                file.close();
            }
            throw failure;
        }
        send(response, range.first(), range.isWhole() ? bytes : range.length(),
                file);
    }

    private ByteRange range(Request request, int present) {
        String asked = Conditions.range(request, present, tag, modified);
        return asked == null ? ByteRange.WHOLE : ByteRange.of(asked, bytes);
    }

    /// Answers if the file is not sent.
    private boolean answered(Request request, Response response, int present) {
        switch (Conditions.evaluate(request, present, tag, modified)) {
            case NOT_MODIFIED -> {
                response.status(304).lines(unchangedLines).empty();
                return true;
            }
            case FAILED -> {
                response.answer(412);
                return true;
            }
            case MET -> {}
        }
        if (!encoded && range(request, present).isNone()) {
            response.header("Content-Range", "bytes */" + bytes).answer(416);
            return true;
        }
        return false;
    }

    private void send(Response response, long position, long length, @Nullable OpenFile file) {
        byte[] memory = content;
        if (memory != null) {
            response.part(memory, (int) position, (int) length);
            if (file != null) {
                file.close();
            }
        } else if (file != null) {
            response.part(file, position, length);
        } else {
            throw new IllegalStateException(name + " is not in memory and not open");
        }
    }
}
