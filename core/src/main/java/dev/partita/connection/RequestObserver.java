package dev.partita.connection;

/// Is told of every request when it is over, whatever the protocol: measurements, records of the slow ones.
///
/// It runs on the request's path, on the thread that owns the connection, and on many threads at a time under most models. So
/// it never blocks, and where nothing may be allocated it allocates nothing. What it throws ends the connection.
@FunctionalInterface
public interface RequestObserver {
    /// A reply is complete, or given up.
    ///
    /// @param times of the one request; valid during the call
    void onReply(Connection connection, Timeline times);

    /// Both, one after the other.
    default RequestObserver and(RequestObserver other) {
        return (connection, times) -> {
            onReply(connection, times);
            other.onReply(connection, times);
        };
    }
}
