package dev.partita.http;

import dev.partita.limits.Failures;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The pages of all statuses, made before the first request.
final class PreparedPages {
    private static final int FIRST = 400;
    private static final int LAST = 599;
    private static final int TYPE_LENGTH_MAX = 100;

    private final ErrorPages pages;
    private final ErrorPages.Page[] prepared = new ErrorPages.Page[LAST - FIRST + 1];

    /// @throws IllegalArgumentException if a page cannot be sent
    PreparedPages(ErrorPages pages) {
        this.pages = pages;
        for (int status = FIRST; status <= LAST; status++) {
            ErrorPages.Page page = pages.page(status, "");
            String wrong = wrong(page);
            if (wrong != null) {
                throw new IllegalArgumentException("the error page of status " + status + " " + wrong);
            }
            prepared[status - FIRST] = page;
        }
    }

    /// The status and its name: what is said unless somebody has other pages.
    static ErrorPages.Page plain(int status, String sentence) {
        String reason = StatusLine.reason(status);
        String text = status + (reason == null ? "" : " " + reason) + (sentence.isEmpty() ? "" : ": " + sentence) + "\n";
        boolean ascii = text.chars().allMatch(c -> c < 0x80);
        return new ErrorPages.Page(ascii ? "text/plain" : "text/plain; charset=utf-8",
                text.getBytes(StandardCharsets.UTF_8));
    }

    ErrorPages.Page page(int status) {
        return status < FIRST ? plain(status, "") : prepared[status - FIRST];
    }

    ErrorPages.Page page(int status, String sentence) {
        try {
            ErrorPages.Page page = pages.page(status, sentence);
            String wrong = wrong(page);
            if (wrong == null) {
                return page;
            }
            throw new IllegalArgumentException("the error page of status " + status + " " + wrong);
        } catch (RuntimeException failure) {
            Failures.log("an error page failed; that of the status itself is sent", failure);
            return page(status);
        }
    }

    private static @Nullable String wrong(ErrorPages.Page page) {
        HeaderRules.checkValue("Content-Type", page.contentType());
        if (page.contentType().length() > TYPE_LENGTH_MAX) {
            return "has a media type of more than " + TYPE_LENGTH_MAX + " characters";
        }
        return page.body().length > ErrorPages.PAGE_BYTES_MAX
                ? "has " + page.body().length + " bytes: at most " + ErrorPages.PAGE_BYTES_MAX + " are sent"
                : null;
    }
}
