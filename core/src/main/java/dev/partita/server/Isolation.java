package dev.partita.server;

/// What keeps the workers of a server model apart.
public enum Isolation {
    /// They are threads of one process.
    THREADS,
    /// They are processes, so that one which crashes, leaks or is killed takes only its own connections along, and can be
    /// replaced while the others serve. Linux only.
    PROCESSES
}
