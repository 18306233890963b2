package dev.partita.http;

import dev.partita.limits.Failures;
import java.nio.charset.StandardCharsets;

/// The pages of all statuses, made before the first request.
final class PreparedPages {
    private static final int FIRST = 400;
    private static final int LAST = 599;
    private static final int TYPE_LENGTH_MAX = 100;

    private final ErrorPages pages;
    private final Page[] prepared = new Page[LAST - FIRST + 1];

    /// A page as it is sent.
    static final class Page {
        private final String contentType;
        private final byte[] body;

        /// @throws IllegalArgumentException if it cannot be sent
        Page(int status, ErrorPages.Page page) {
            contentType = page.contentType();
            body = page.body().getBytes(StandardCharsets.UTF_8);
            HeaderRules.checkValue("Content-Type", contentType);
            require(contentType.length() <= TYPE_LENGTH_MAX, status,
                    "a media type of more than " + TYPE_LENGTH_MAX + " characters");
            require(body.length <= ErrorPages.PAGE_BYTES_MAX, status,
                    body.length + " bytes; at most " + ErrorPages.PAGE_BYTES_MAX + " are sent");
        }

        private static void require(boolean right, int status, String what) {
            if (!right) {
                throw new IllegalArgumentException("the error page of status " + status + " has " + what);
            }
        }

        String contentType() {
            return contentType;
        }

        /// Not to be changed.
        byte[] body() {
            return body;
        }
    }

    /// @throws IllegalArgumentException if a page cannot be sent
    PreparedPages(ErrorPages pages) {
        this.pages = pages;
        for (int status = FIRST; status <= LAST; status++) {
            prepared[status - FIRST] = new Page(status, pages.page(status, ""));
        }
    }

    Page page(int status) {
        return status < FIRST ? new Page(status, ErrorPages.plain(status, "")) : prepared[status - FIRST];
    }

    Page page(int status, String sentence) {
        try {
            return new Page(status, pages.page(status, sentence));
        } catch (RuntimeException failure) {
            Failures.log("an error page failed; that of the status itself is sent", failure);
            return page(status);
        }
    }
}
