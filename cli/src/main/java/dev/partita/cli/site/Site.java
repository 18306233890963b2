package dev.partita.cli.site;

import dev.partita.http.Handler;
import dev.partita.http.Method;
import dev.partita.http.Request;
import dev.partita.http.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/// The site that ships with Partita and explains the models. Its pages lie in the jar and are kept in memory.
public final class Site implements Handler {
    private static final String HTML = "text/html; charset=utf-8";
    private static final String[] FILES =
            {"index.html", "mp.html", "sped.html", "seda.html", "amped.html", "symped.html", "vt.html", "style.css",
                "icon.svg"};

    private static final class Page {
        private final String type;
        private final byte[] bytes;

        Page(String type, byte[] bytes) {
            this.type = type;
            this.bytes = bytes;
        }
    }

    private final Map<String, Page> pages = new HashMap<>();
    private final Page notFound;

    /// Reads all pages: they are few and small.
    public Site() {
        for (String file : FILES) {
            pages.put("/" + file, read(file));
        }
        pages.put("/", read("index.html"));
        notFound = read("404.html");
    }

    @Override
    public void handle(Request request, Response response) {
        if (request.method() != Method.GET && request.method() != Method.HEAD) {
            response.header("Allow", "GET, HEAD, OPTIONS");
            if (request.method() == Method.OPTIONS) {
                response.status(204).empty();
            } else {
                response.answer(405);
            }
            return;
        }
        Page page = pages.get(request.path());
        if (page == null) {
            response.status(404);
            page = notFound;
        }
        response.bytes(page.type, page.bytes);
    }

    @Override
    public boolean neverBlocks() {
        return true;
    }

    @Override
    public long bodyBytesMax(Request request) {
        return BODY_IGNORED;
    }

    private static Page read(String file) {
        try (InputStream in = Site.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is missing beside this class");
            }
            return new Page(type(file), in.readAllBytes());
        } catch (IOException broken) {
            throw new UncheckedIOException("the site's " + file + " cannot be read", broken);
        }
    }

    private static String type(String file) {
        return file.endsWith(".css") ? "text/css; charset=utf-8" : file.endsWith(".svg") ? "image/svg+xml" : HTML;
    }
}
