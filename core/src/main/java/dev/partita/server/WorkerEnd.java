package dev.partita.server;

/// Why a worker process that served had to be replaced.
public enum WorkerEnd {
    /// It has served as long, or as much, as it was to.
    RECYCLED("recycled"),
    /// No heartbeat came.
    STUCK("stuck"),
    /// Its heap was full.
    OUT_OF_MEMORY("out of memory"),
    /// Somebody has killed it, or it has crashed.
    SIGNAL("signal"),
    /// Its program has ended by itself.
    EXIT("exit"),
    /// What it has told its master cannot be, or its master could not reach it.
    DISTRUSTED("distrusted");

    private final String word;

    WorkerEnd(String word) {
        this.word = word;
    }

    /// For people and for labels.
    public String word() {
        return word;
    }
}
