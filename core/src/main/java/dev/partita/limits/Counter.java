package dev.partita.limits;

/// What a server counts. Numbers only ever grow; what is open now is derived (accepted minus closed).
public enum Counter {
    /// Connections accepted and given a slot.
    ACCEPTED("connections accepted"),
    /// Connections that ended, for whatever reason.
    CLOSED("connections closed"),
    /// Connections that ended because the peer reset them or a system call failed.
    BROKEN("connections broken by the peer or the network"),
    /// Connections that were ended by our side without their answer.
    ABORTED("connections aborted by this server"),
    /// Times that accepting paused because every slot was taken.
    ACCEPT_PAUSES_FULL("accept pauses: connection limit"),
    /// Times that accepting paused because the process or system had no descriptor or memory left.
    ACCEPT_PAUSES_STARVED("accept pauses: out of descriptors or memory"),
    /// Connections that were told so and closed at once because every slot was taken.
    REFUSED("connections refused: connection limit"),
    /// Requests that reached the useful work. A request of several passes counts once.
    REQUESTS("requests"),
    /// Of these, the ones that are over: answered, refused after their work had begun, or given up with their connection.
    REQUESTS_ENDED("requests ended"),
    /// Requests refused because a queue was full.
    SHED("requests shed: queue full"),
    /// Requests refused because they had waited too long in a queue that had not been empty for long.
    SHED_SLOW("requests shed: queue too slow"),
    /// Requests that the protocol refused as malformed or too large.
    BAD_REQUESTS("requests refused as malformed or too large"),
    /// Of these, the ones behind more empty lines than the limit.
    BLANK_LINES_TOO_MANY("requests refused: too many empty lines in front"),
    /// Of these, the ones whose request line was longer than the limit.
    REQUEST_LINES_TOO_LONG("requests refused: request line too long"),
    /// Of these, the ones whose head was larger, or had more fields, than the limit.
    HEADS_TOO_LARGE("requests refused: header section too large"),
    /// Of these, the ones whose body was larger than the limit.
    BODIES_TOO_LARGE("requests refused: body too large"),
    /// Of these, the ones whose chunked body had so much framing for so few bytes.
    CHUNKS_TOO_SMALL("requests refused: more framing than body"),
    /// Of these, the ones whose chunks had longer extensions than the limit.
    CHUNK_EXTENSIONS_TOO_LARGE("requests refused: chunk extensions too large"),
    /// Of these, the ones whose trailer section was larger than the limit.
    TRAILERS_TOO_LARGE("requests refused: trailer section too large"),
    /// Connections closed because their PROXY header was malformed, or missing where one is required.
    BAD_PROXY_HEADERS("connections closed: PROXY header malformed"),
    /// Requests whose form has too many fields, or too large ones.
    FORMS_TOO_LARGE("requests refused: form too large"),
    /// Connections closed because they had made as many requests as one may.
    REQUESTS_PER_CONNECTION("connections closed after their last permitted request"),
    /// Connections closed because they were between two requests for too long.
    LATE_IDLE("idle connections closed"),
    /// Requests whose head took too long to arrive.
    LATE_HEADS("requests refused: head too slow"),
    /// Requests whose body arrived too slowly.
    LATE_BODIES("requests refused: body too slow"),
    /// Connections reset because the peer took nothing of what it was sent.
    LATE_WRITES("connections reset: peer reads too slowly"),
    /// Requests whose work took too long.
    LATE_WORK("requests given up: work too slow"),
    /// Times that a thread was found to be busy with one request for longer than the work's deadline. What runs on an event
    /// loop cannot be given up, so this is all that is told of it.
    STUCK("threads stuck in one request's work"),
    /// Exceptions that came out of a handler or a session, or of what serves them.
    FAILURES("failures of a handler or session"),
    /// Bytes received from peers.
    BYTES_IN("bytes received"),
    /// Bytes sent to peers.
    BYTES_OUT("bytes sent"),
    /// Times that a part of a file was read from the disk before it was sent, because it was not in memory.
    COLD_READS("file parts read from disk before sending"),
    /// Times that a file was not kept in memory because there was no room: it is read anew for each request.
    FILES_NOT_KEPT("files not kept in memory: no room"),
    /// Times that a text was looked at that would be compressed were it not larger than the limit.
    TEXTS_TOO_LARGE("texts not compressed: too large"),
    /// Times that a connection had used up its turn of a loop and could have gone on.
    YIELDS("turns cut short for the others"),
    /// Lines of the access log that were dropped: its queue was full, or they could not be written.
    LOG_LINES_DROPPED("access log lines dropped"),
    /// Times that a loop asked the kernel for readiness.
    POLLS("polls"),
    /// Times that a connection was given to another thread: accepted for it, lent to it, or given back.
    HAND_OVERS("hand-overs between threads");

    private final String description;

    Counter(String description) {
        this.description = description;
    }

    /// What is counted, in words fit for a status line.
    public String description() {
        return description;
    }
}
