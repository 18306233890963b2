package dev.partita.processes.lending;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.partita.connection.Buffer;
import dev.partita.connection.Close;
import dev.partita.connection.Endpoint;
import dev.partita.connection.OpenFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/// A worker's end of a connection that its master has: bytes are taken from a slot and put into it.
final class SlotEndpoint extends Endpoint {
    private static final int NO_SLOT = -1;

    private final SharedSlots shared;
    private @Nullable SlotPoller poller;
    private int slot = NO_SLOT;
    /// The slot is this worker's. Without it nothing can be moved.
    private boolean here;
    private int inFrom;
    private int inLeft;
    private int outLength;
    private boolean ended;
    private boolean gone;
    /// The session has said its last, and lets the peer say the rest.
    private boolean lingers;
    /// The master was told that there is something to do, and has not given the slot since.
    private boolean called;
    /// The master was told that the slot stays here without being a load.
    private boolean waited;

    SlotEndpoint(SharedSlots shared) {
        this.shared = shared;
    }

    // For the poller.

    void open(SlotPoller poller, int slot) {
        this.poller = poller;
        this.slot = slot;
        ended = false;
        gone = false;
        lingers = false;
    }

    int slot() {
        return slot;
    }

    /// The master has given the slot.
    void arrived(int flags) {
        here = true;
        called = false;
        waited = false;
        inFrom = 0;
        inLeft = shared.getInt(slot, Slot.LENGTH);
        outLength = 0;
        ended |= (flags & Slot.ENDED) != 0;
        gone |= (flags & Slot.GONE) != 0;
    }

    boolean isHere() {
        return here;
    }

    boolean lingers() {
        return lingers;
    }

    boolean hasInput() {
        return inLeft > 0;
    }

    boolean hasOutput() {
        return outLength > 0;
    }

    /// Whether the master has to be told now.
    boolean mayCall() {
        boolean may = !called;
        called = true;
        return may;
    }

    /// Whether the master has to be told that this is no load: once, for as long as the slot is here.
    boolean mayWait() {
        boolean may = here && !waited;
        waited |= here;
        return may;
    }

    /// The slot is about to be the master's again.
    void leave() {
        shared.setInt(slot, Slot.OUT_LENGTH, outLength);
        shared.setInt(slot, Slot.TAKEN_BYTES, inFrom);
        inLeft = 0;
        outLength = 0;
        here = false;
    }

    void forget() {
        slot = NO_SLOT;
        here = false;
        poller = null;
    }

    // For the connection.

    @Override
    public int receive(Buffer into) {
        if (gone) {
            return BROKEN;
        }
        int part = here ? Math.min(inLeft, into.room()) : 0;
        if (part == 0) {
            return here && ended ? END : AGAIN;
        }
        into.put(shared.memory, shared.in(slot) + inFrom, part);
        inFrom += part;
        inLeft -= part;
        return part;
    }

    @Override
    public int send(Buffer from, boolean more) {
        if (gone) {
            return BROKEN;
        }
        int part = here ? Math.min(from.length(), shared.area - outLength) : 0;
        if (part == 0) {
            return AGAIN;
        }
        from.copy(shared.memory, shared.out(slot) + outLength, part);
        from.skip(part);
        outLength += part;
        return part;
    }

    /// Reads a part of the file into the slot.
    @Override
    public long transfer(OpenFile file, long position, long bytesMax, Buffer scratch) {
        int room = here ? shared.area - outLength : 0;
        if (room == 0 && !gone) {
            return AGAIN;
        }
        try {
            int read = file.read(position, scratch, (int) Math.min(Math.min(bytesMax, room), scratch.room()));
            return read == 0 || send(scratch, false) < 0 ? BROKEN : read;
        } catch (IOException failure) {
            return BROKEN;
        }
    }

    /// As the master knows the peer. One that is no IP address has no name here.
    @Override
    public @Nullable SocketAddress peer() {
        int length = slot == NO_SLOT ? 0 : shared.getInt(slot, Slot.PEER_LENGTH);
        if (length == 0) {
            return UnixDomainSocketAddress.of("");
        }
        byte[] address = new byte[length];
        MemorySegment.copy(shared.memory, JAVA_BYTE, shared.at(slot) + Slot.PEER, address, 0, length);
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), shared.getInt(slot, Slot.PEER_PORT));
        } catch (UnknownHostException impossible) {
            return null;
        }
    }

    @Override
    public void shutdownOutput() {
        lingers = true;
    }

    @Override
    public void close(Close how) {
        SlotPoller at = poller;
        if (at != null) {
            at.closed(this, lingers && how != Close.ABORT ? Close.LINGER : how);
        }
    }
}
