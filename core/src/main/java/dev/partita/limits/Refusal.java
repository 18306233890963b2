package dev.partita.limits;

/// Why a server will not do the work that a connection asked for. The protocol turns it into an answer.
public enum Refusal {
    /// The queue of the worker or stage is full.
    QUEUE_FULL,
    /// The queue of the worker or stage has been slow for too long, and this work has waited too long in it.
    QUEUE_SLOW,
    /// The work took longer than its deadline.
    DEADLINE,
    /// The process that did the work is gone.
    WORKER_LOST,
    /// As many connections are open as the limit allows.
    CONNECTIONS_MAX,
    /// The server is about to end.
    DRAINING
}
