package dev.partita.linux.uring;

import dev.partita.connection.Buffer;
import dev.partita.connection.Close;
import dev.partita.connection.OpenFile;
import dev.partita.linux.epoll.EpollEndpoint;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.socket.Sockets;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A socket whose bytes are moved by the ring of the loop that it lives with.
///
/// - What the ring has received waits in provided buffers until the connection reads; then it is copied, and the buffers are
///   free again. So inbound never changes under somebody's hands. After a turn that has left more than one waiting no more
///   are filled until they have been read, and none are while the connection is lent.
/// - Who has filled such a buffer brings much at a time, and copying all of it costs more than a call: the ring only says when
///   there is something, and the connection receives by itself, into its own memory.
/// - What is to be sent is copied as well, if it is small, and leaves with the loop's next call. What is large, is followed by
///   a file, or comes from another thread than the loop's, is sent by a call of its own.
///
/// Without a loop (a thread for each connection, virtual or not) this is an [EpollEndpoint] and nothing else.
final class UringEndpoint extends EpollEndpoint {
    private static final VarHandle SENDING;
    /// The system has not taken all of what was sent: the rest is in `left`, and the loop sends it.
    private static final int LEFT = 1;
    /// Our side is to be shut when the rest has been sent.
    private static final int SHUT = 1 << 1;
    /// After so many small receives a connection counts as one that brings little again.
    private static final byte PATIENCE = 8;
    /// In the loop's list of those that have too much waiting.
    static final int FLOODED = 1;
    /// In the loop's list of those that can go on.
    private static final int LISTED = 1 << 1;

    static {
        try {
            SENDING = MethodHandles.lookup().findVarHandle(UringEndpoint.class, "sending", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /// The loop's, from the time that it has adopted the connection; null before and without a loop.
    private @Nullable UringPoller poller;
    private int slot;
    /// With another thread, which sends by calls of its own.
    private boolean lent;

    // Receiving; the loop's.
    private boolean receiving;
    private boolean cancelling;
    /// More than 0 for one that brings much at a time: how many small receives it may still have.
    private byte bulky;
    /// The ring will say when there is something.
    private boolean awaitsInput;
    /// It has said so, and nothing was received since.
    private boolean inputCame;
    /// The next receive is for once.
    private boolean once;
    private boolean ended;
    private boolean broken;
    /// The armed receive has brought bytes, and an error behind them need not have been told: see [#hasFailed].
    private boolean doubtful;
    /// In which of the loop's lists this conversation is: [#FLOODED] and [#LISTED].
    private int lists;
    /// Can go on, and has not had its turn yet.
    private boolean ready;
    private short first = ReceiveBuffers.NONE;
    private short last = ReceiveBuffers.NONE;

    // Sending.
    private boolean awaitsOutput;
    /// The submission that has bytes of this one, see [UringPoller#submission].
    private int submission;
    private @Nullable Buffer left;
    /// [#LEFT] and [#SHUT]; the loop's and, while it is lent, the other thread's as well.
    @SuppressWarnings("unused") // by way of SENDING
    private volatile int sending;

    // Its life.

    @Override
    public void open(int accepted) {
        super.open(accepted);
        poller = null;
        lent = false;
        receiving = false;
        cancelling = false;
        bulky = 0;
        awaitsInput = false;
        inputCame = false;
        once = true;
        doubtful = false;
        lists = 0;
        ready = false;
        ended = false;
        broken = false;
        awaitsOutput = false;
        sending = 0;
    }

    /// From now on the ring of `loop` receives.
    void adopt(UringPoller loop, int slot) {
        join(loop, slot);
        startReceiving(loop);
    }

    /// A connection of our own, which the peer has not answered yet. It receives when it is asked to.
    void connecting(UringPoller loop, int slot) {
        join(loop, slot);
        ask(CONNECT);
        awaitOutput(loop);
    }

    private void join(UringPoller loop, int slot) {
        poller = loop;
        this.slot = slot;
        submission = loop.submission() - 1;
        hasNothing();
    }

    /// The peer has answered, or cannot be reached.
    void connected() {
        awaitsOutput = false;
        ask(NOTHING);
    }

    /// @return false once it has been given back
    boolean isLent() {
        return lent;
    }

    /// Goes to another thread: what was sent up to now is with the system before that sends, and what arrives meanwhile stays
    /// in the socket, except for what has come by the loop's next call.
    void lend() {
        submitOwn();
        lent = true;
        once = true;
        UringPoller loop = poller;
        if (loop != null) {
            stopReceiving(loop);
        }
    }

    void reclaim() {
        lent = false;
    }

    @Override
    public void shutdownOutput() {
        if (poller != null) {
            submitOwn();
            if (((int) SENDING.getAndBitwiseOr(this, SHUT) & LEFT) != 0) {
                return; // behind what is left
            }
        }
        super.shutdownOutput();
    }

    /// Everything that holds the socket is cancelled: else it would stay open behind its closed descriptor.
    @Override
    public void close(Close how) {
        UringPoller loop = poller;
        if (loop == null || fd() < 0) {
            super.close(how);
            return;
        }
        Ring ring = loop.ring;
        stopReceiving(loop);
        if (awaitsInput) {
            ring.cancel(number(UringPoller.INPUT), UringPoller.NOBODY);
        }
        if (awaitsOutput) {
            ring.cancel(number(UringPoller.OUTPUT), UringPoller.NOBODY);
        }
        while (first != ReceiveBuffers.NONE) {
            dropFirst(loop.buffers);
        }
        if (left != null) {
            loop.leftovers.release(left);
        }
        poller = null;
        ring.close(end(how), UringPoller.NOBODY);
    }

    // Receiving.

    @Override
    public int receive(Buffer into) {
        UringPoller loop = poller;
        if (loop == null) {
            return super.receive(into);
        }
        if (first != ReceiveBuffers.NONE) {
            return takeWaiting(loop.buffers, into);
        }
        if (broken) {
            return BROKEN;
        }
        if (ended) {
            return END;
        }
        if (doubtful && hasFailed()) {
            return BROKEN;
        }
        int room = into.room();
        int received = super.receive(into); // asks only where the ring had no buffer left, or has said that there is something
        if (received == AGAIN && !receiving && !awaitsInput) {
            startReceiving(loop);
        } else if (inputCame) {
            inputCame = false;
            bulky = received == room ? PATIENCE : (byte) (bulky - 1);
        }
        return received;
    }

    /// A receive that stays armed waits for the next event once it has found less than its buffer holds. A reset that came
    /// together with those bytes is no further event, so it would not be told (io_uring/net.c, Linux 6.18; an end is: the
    /// socket counts as not empty then). Who has sent since would know.
    private boolean hasFailed() {
        doubtful = false;
        broken = Sockets.error(memory(), fd()) != 0;
        return broken;
    }

    private int takeWaiting(ReceiveBuffers buffers, Buffer into) {
        int taken = 0;
        do {
            taken += buffers.move(first, into);
            if (!buffers.isEmpty(first)) {
                return taken;
            }
            dropFirst(buffers);
        } while (first != ReceiveBuffers.NONE);
        return taken;
    }

    private void dropFirst(ReceiveBuffers buffers) {
        short done = first;
        first = buffers.next(done);
        buffers.giveBack(done);
    }

    /// The first receive is for once, since many connections have no second request, and one that is over need not be
    /// cancelled. So is the first one after the connection was lent: who is lent for a request is lent for the next one.
    private void startReceiving(UringPoller loop) {
        if (isBulky()) {
            awaitsInput = true;
            loop.ring.awaitInput(fd(), number(UringPoller.INPUT));
            return;
        }
        if (once) {
            loop.ring.receiveOnce(fd(), number(UringPoller.RECEIVE));
        } else {
            loop.ring.receive(fd(), number(UringPoller.RECEIVE));
        }
        once = false;
        receiving = true;
    }

    /// Asks the kernel by way of the ring, so that nothing overtakes what it has received already.
    @Override
    public void doubt() {
        if (poller == null || awaitsInput) {
            super.doubt();
        } else {
            do {
                poller.submitAndComplete(); // which lets a few dozen operations complete at most
            } while (receiving && first == ReceiveBuffers.NONE && !ended && !broken && poller.ring.hasWork());
        }
    }

    /// A completion of a receive that belongs to this conversation.
    ///
    /// @return true if that is what was asked for; that is over then
    boolean received(int result, short buffer, boolean more, UringPoller loop) {
        receiving = more;
        if (!more) {
            cancelling = false;
        }
        doubtful = more && result > 0;
        if (result > 0) {
            loop.buffers.filled(buffer, result);
            if (result == loop.buffers.bytes()) {
                bulky = PATIENCE;
            }
            if (first == ReceiveBuffers.NONE) {
                first = buffer;
            } else {
                loop.buffers.follow(last, buffer);
            }
            last = buffer;
        } else if (result == 0) {
            ended = true;
        } else {
            switch (-result) {
                case Errno.ENOBUFS -> {
                    loop.buffers.lacked();
                    mayRead();
                }
                case Errno.ECANCELED, Errno.EINTR, Errno.EAGAIN -> {
                    if (asked() == READ && first == ReceiveBuffers.NONE) {
                        startReceiving(loop);
                        return false;
                    }
                }
                default -> broken = true;
            }
        }
        return wanted(READ);
    }

    /// Notes that it can go on.
    ///
    /// @return true if it has to be listed for that
    boolean makeReady() {
        ready = true;
        return list(LISTED);
    }

    /// Notes that it is in one of the loop's lists.
    ///
    /// @return false if it was already
    boolean list(int which) {
        int before = lists;
        lists |= which;
        return lists != before;
    }

    /// It is taken from the list of those that can go on.
    ///
    /// @return false if it has gone on since
    boolean takeReady() {
        lists &= ~LISTED;
        boolean was = ready;
        ready = false;
        return was;
    }

    /// It goes on now, for whatever reason.
    void hasItsTurn() {
        ready = false;
    }

    /// True if more waits than one buffer.
    boolean isFlooded() {
        return first != ReceiveBuffers.NONE && first != last;
    }

    /// True if it brings much at a time.
    boolean isBulky() {
        return bulky > 0;
    }

    /// There is something to receive, or the end, or an error.
    ///
    /// @return true if that is what was asked for; that is over then
    boolean inputCame() {
        awaitsInput = false;
        inputCame = true;
        mayRead();
        return wanted(READ);
    }

    /// Receives no more into buffers of the loop, until what waits has been read.
    void pause(UringPoller loop) {
        lists &= ~FLOODED;
        if (isFlooded() || isBulky()) {
            stopReceiving(loop);
        }
    }

    private void stopReceiving(UringPoller loop) {
        if (receiving && !cancelling) {
            cancelling = true;
            loop.ring.cancel(number(UringPoller.RECEIVE), UringPoller.NOBODY);
        }
    }

    private boolean wanted(byte what) {
        if (asked() != what) {
            return false;
        }
        ask(NOTHING);
        return true;
    }

    // Sending.

    @Override
    public int send(Buffer from, boolean more) {
        UringPoller loop = poller;
        if (loop == null) {
            return super.send(from, more);
        }
        if (!lent) {
            submitOwn(); // a second send must not pass a first one that turns out not to fit
            if (broken) {
                return BROKEN;
            }
            doubtful = false;
        }
        if (hasLeft()) {
            return AGAIN;
        }
        int length = from.length();
        if (lent || more || length > UringPoller.SEND_BYTES_MAX) {
            return super.send(from, more);
        }
        loop.send(fd(), from, slot, generation());
        submission = loop.submission();
        return length;
    }

    @Override
    public long transfer(OpenFile file, long position, long bytesMax, Buffer scratch) {
        if (poller != null) {
            submitOwn();
            if (hasLeft()) {
                return AGAIN;
            }
        }
        return super.transfer(file, position, bytesMax, scratch);
    }

    /// The system has all that the loop's connections have sent, or knows that this one's socket is full.
    @Override
    public boolean flush() {
        if (poller != null && !lent) {
            poller.submitSends();
        }
        return !hasLeft();
    }

    private void submitOwn() {
        UringPoller loop = poller;
        if (!lent && loop != null && submission == loop.submission()) {
            loop.submitSends();
        }
    }

    /// Says what a send could not send, which has failed because the socket is full.
    void keep(Buffer rest) {
        left = rest;
        SENDING.getAndBitwiseOr(this, LEFT);
    }

    /// A buffer for what is left, which has no memory yet.
    Buffer left() {
        return Objects.requireNonNullElseGet(left, Buffer::new);
    }

    boolean hasLeft() {
        return (sending & LEFT) != 0;
    }

    /// The socket can be written, or has failed.
    ///
    /// @return true if that is what was asked for; that is over then
    boolean writable(UringPoller loop) {
        awaitsOutput = false;
        Buffer rest = left;
        if (hasLeft() && rest != null) {
            int sent = AGAIN;
            do {
                sent = super.send(rest, false);
            } while (sent > 0 && !rest.isEmpty());
            if (sent == AGAIN) {
                awaitOutput(loop);
                return false;
            }
            broken |= sent == BROKEN;
            loop.leftovers.release(rest);
            if (((int) SENDING.getAndBitwiseAnd(this, ~LEFT) & SHUT) != 0) {
                super.shutdownOutput();
            }
        }
        return wanted(WRITE) || broken && wanted(READ);
    }

    /// Has the loop told when the socket can be written.
    void awaitOutput(UringPoller loop) {
        if (!awaitsOutput) {
            awaitsOutput = true;
            loop.ring.awaitOutput(fd(), number(UringPoller.OUTPUT));
        }
    }

    /// A send has failed.
    ///
    /// @return true if something was asked for; that is over then
    boolean broke() {
        broken = true;
        return wanted(READ) || wanted(WRITE);
    }

    private long number(int operation) {
        return UringPoller.number(operation, 0, slot, generation());
    }
}
