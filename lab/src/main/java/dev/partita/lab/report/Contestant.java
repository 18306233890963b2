package dev.partita.lab.report;

import dev.partita.lab.results.ModelCard;
import java.util.Set;

/// A model on a transport, which is what a line or a bar stands for.
///
/// @param model its name
/// @param transport such as `epoll`
/// @param label what the reader sees; the transport is in it where there are several
/// @param second whether it is on another transport than the first, and so drawn differently
record Contestant(String model, String transport, String label, boolean second) {
    /// Those that have a colour and a symbol of their own.
    private static final Set<String> KNOWN = Set.of("mp", "sped", "seda", "amped", "symped", "vt");

    /// As it is written: SYMPED.
    static String title(String model) {
        return ModelCard.shown(model);
    }

    /// The class of the page's style that has its colour.
    static String style(String model) {
        String base = model.split("[/ ]", 2)[0];
        return KNOWN.contains(base) ? base : "other";
    }

    String style() {
        return style(model);
    }
}
