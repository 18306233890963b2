package dev.partita.processes.lending;

import org.jspecify.annotations.Nullable;

/// What stands at the head of a slot, and what is said of one in a ring.
final class Slot {
    // The master's word, as offsets from the slot's begin.
    /// An int, the sum of some of the flags below.
    static final long FLAGS = 0;
    /// An int: how many bytes of the peer's follow.
    static final long LENGTH = 4;
    /// A long: what the last session that had this conversation has left to know.
    static final long MEMORY = 8;
    /// How many bytes the peer's IP address has, 4 or 16; 0 without one. Then the port, and the address.
    static final long PEER_LENGTH = 16;
    static final long PEER_PORT = 20;
    static final long PEER = 24;

    /// The slot has a conversation that this worker does not know.
    static final int FRESH = 1;
    /// It goes on where another session has been.
    static final int RECALLED = 2;
    /// The peer has said everything.
    static final int ENDED = 4;
    /// The connection is gone.
    static final int GONE = 8;
    /// The server is about to end: see [dev.partita.connection.Connection#isDraining].
    static final int DRAINING = 16;
    /// See [dev.partita.connection.Connection#isLastCall].
    static final int LAST_CALL = 32;

    // The worker's word.
    /// 1 once the worker has looked at the slot. The master writes 0 when it gives the slot.
    static final long TAKEN = 60;
    static final long STEP = 64;
    static final long OUT_LENGTH = 68;
    static final long PHASE = 72;
    static final long CLOSE = 76;
    /// 1 if the protocol's late reply could be sent as things are.
    static final long LATE = 80;
    /// An int: how many of the master's bytes were taken. The others are given again.
    static final long TAKEN_BYTES = 84;
    static final long MEMORY_AFTER = 88;

    /// What the worker wants next.
    enum Step {
        /// More of the peer's bytes.
        READ,
        /// To go on when its bytes were sent.
        WRITE,
        /// Nothing: all is answered, and any worker may go on.
        REST,
        /// That the connection ends.
        CLOSE;

        private static final Step[] ALL = values();

        /// @return null if there is none of that number
        static @Nullable Step of(int number) {
            return number >= 0 && number < ALL.length ? ALL[number] : null;
        }
    }

    /// What a worker says in the ring, beside the number of the slot.
    enum Word {
        /// The slot is the master's again.
        HOME,
        /// The slot stays here until somebody resumes its work, and is no load.
        WAITS,
        /// The slot is the master's, and this worker has something to do with it.
        CALLS;

        private static final Word[] ALL = values();
        private static final int BITS = 2;

        int about(int slot) {
            return slot << BITS | ordinal();
        }

        static int slot(int said) {
            return said >>> BITS;
        }

        /// @return null if there is none
        static @Nullable Word of(int said) {
            int number = said & (1 << BITS) - 1;
            return number < ALL.length ? ALL[number] : null;
        }
    }

    private Slot() {}
}
