package dev.partita.lab.claims;

/// Whether something holds, as far as the trials can tell.
enum Answer {
    /// In all that the trials leave possible.
    YES,
    /// In nothing of it.
    NO,
    /// In some of it: chance would decide.
    OPEN;

    static Answer of(boolean holds) {
        return holds ? YES : NO;
    }

    /// Whether both hold.
    Answer and(Answer other) {
        return this == NO || other == NO ? NO : this == OPEN || other == OPEN ? OPEN : YES;
    }

    /// Whether one of both holds.
    Answer or(Answer other) {
        return this == YES || other == YES ? YES : this == OPEN || other == OPEN ? OPEN : NO;
    }
}
