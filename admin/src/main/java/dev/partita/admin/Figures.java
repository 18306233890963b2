package dev.partita.admin;

import java.util.Map;

/// What a protocol has counted itself and how much it holds, by the names under which `/metrics` shows it. Asked by one thread,
/// once for each scrape; what names there are does not change.
public interface Figures {
    /// A protocol that keeps no numbers.
    Figures NONE = new Figures() {};

    /// What only grows.
    default Map<String, Long> counts() {
        return Map.of();
    }

    /// What goes up and down.
    default Map<String, Long> levels() {
        return Map.of();
    }
}
