package dev.partita.processes;

import dev.partita.limits.Counts;
import dev.partita.linux.socket.Descriptors;
import dev.partita.linux.socket.ListeningSocket;
import dev.partita.linux.socket.MessageChannel;
import dev.partita.linux.socket.MessageChannel.Received;
import dev.partita.linux.socket.Readiness;
import dev.partita.loop.Attendant;
import dev.partita.processes.Message.Beat;
import dev.partita.processes.Message.Bye;
import dev.partita.processes.Message.End;
import dev.partita.processes.Message.Handed;
import dev.partita.processes.Message.Hello;
import dev.partita.processes.Message.Serve;
import dev.partita.processes.lending.SlotTransport;
import dev.partita.server.Division;
import dev.partita.server.Division.Reach;
import dev.partita.server.Running;
import dev.partita.server.Server;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/// What a worker has to do with its master: it says that it is ready, takes sockets, serves, and ends the program when it is
/// told to, or when the master is gone.
///
/// The thread that has called `run` does the serving: it waits for orders. A second thread does nothing but say that the
/// process lives and pass the orders on, so that neither a long request nor a busy loop makes it look dead.
final class Membership implements Runnable {
    static final long BEAT_NANOS = 250_000_000L;
    /// Between two beats while the master waits for one.
    private static final long STOPPING_NANOS = 5_000_000L;
    /// Without its master a worker ends within two seconds: what is still open after the first is reset, and after the second
    /// nobody is asked any longer.
    private static final long ORPHAN_ABORT_NANOS = 1_400_000_000L;
    private static final long ORPHAN_HALT_NANOS = 1_800_000_000L;
    private static final int LOST = 1;
    /// An order and another one that overtakes it, and one to spare.
    private static final int ORDERS_MAX = 8;

    private final MessageChannel channel;
    private final BlockingQueue<Order> orders = new ArrayBlockingQueue<>(ORDERS_MAX);
    private volatile @Nullable Running running;
    private volatile boolean aborting;
    /// The master knows what it serves; before that there is nothing to say.
    private volatile boolean introduced;
    private volatile boolean warm;
    private volatile String doubt = "";
    /// It was told to end, and the master waits to hear that nobody is accepted any longer.
    private volatile boolean stopping;

    /// What the master wants, and the message as it came, with its descriptors; null if it does not come from the master.
    private record Order(Message message, @Nullable Received received) {
        int[] descriptors() {
            return received == null ? new int[0] : received.descriptors();
        }
    }

    private Membership(MessageChannel channel) {
        this.channel = channel;
    }

    /// Asks the master to be one of its workers.
    ///
    /// @param control where it can be reached
    /// @return null if this process is none of its own: it has the variable from one that is
    static @Nullable Membership apply(String control) {
        try {
            MessageChannel channel = MessageChannel.connect(Path.of(control));
            long parent = ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(-1L);
            if (channel.peer().pid() == parent) {
                return new Membership(channel);
            }
            channel.close();
            return null;
        } catch (IOException gone) {
            System.err.println("partita: this process was started to serve for another one, which is gone: "
                    + gone.getMessage());
            Runtime.getRuntime().halt(LOST);
            return null;
        }
    }

    /// Serves until that is over, and ends the program.
    void serve(Server server, Division division) {
        try {
            Descriptors.leaveTerminal();
            String user = server.user();
            if (user != null) {
                Privileges.give(user);
            }
            new Attendant("heartbeat", this).start(); // from the beginning: the master may be gone already
            try (Rehearsal rehearsal = Rehearsal.begin(server, division)) {
                channel.send(new Hello(Plan.of(server, division), rehearsal.once()).bytes());
                introduced = true;
                doubt = rehearsal.often(orders::isEmpty);
            }
            warm = true;
            beat();
            obey(server, division);
        } catch (Throwable failure) {
            // Whatever it is, the master reads it and says it.
            System.err.println("partita: " + (failure instanceof IOException ? failure.getMessage() : failure));
            System.err.flush();
            System.exit(LOST);
        }
        System.exit(0);
    }

    private void obey(Server server, Division division) throws IOException, InterruptedException {
        while (true) {
            Order order = orders.take();
            switch (order.message) {
                case Serve serve when running == null -> {
                    running = start(server, division, serve, order.descriptors());
                    beat(); // the master waits for this
                }
                case End end -> {
                    end(end.how());
                    return;
                }
                default -> Descriptors.close(order.descriptors());
            }
        }
    }

    private static Running start(Server server, Division division, Serve serve, int... descriptors)
            throws IOException {
        if (division.reach() == Reach.LENT) {
            SlotTransport slots = SlotTransport.over(server.transport(), descriptors[0], descriptors[1]);
            return division.worker().start(server.nowhere()
                    .transport(slots)
                    .limits(slots.limits(server.limits()))
                    .listen(server.addresses().getFirst()));
        }
        var transport = new HandedTransport(server.transport());
        Server own = server.nowhere()
                .transport(transport)
                .limits(server.limits().withConnectionsMax(Plan.share(server.limits().connectionsMax(), division)));
        for (int i = 0; i < descriptors.length; i++) {
            Handed handed = serve.sockets().get(i);
            transport.hand(handed.asked(), switch (handed.kind()) {
                case LISTENING -> ListeningSocket.adopt(descriptors[i], handed.asked(), server.options(), false);
                case SHARED, ASIDE -> ListeningSocket.adopt(descriptors[i], handed.asked(), server.options(), true);
                case PASSED -> ListeningSocket.receiving(
                        MessageChannel.adopt(descriptors[i]), handed.asked(), server.options());
                case SLOTS, BELL -> throw new IOException("the master is of another model");
            });
            if (division.reach() != Reach.ALL) {
                own = own.listen(handed.asked());
            }
        }
        if (division.reach() == Reach.ALL) {
            for (var address : server.addresses()) {
                own = own.listen(address);
            }
        }
        return own.start(division.worker());
    }

    private void end(End.How how) {
        Running serving = running;
        if (serving == null) {
            return;
        }
        switch (how) {
            case DRAIN -> serving.drain();
            case CLOSE -> serving.close();
            case ABORT -> serving.abort();
        }
        channel.send(new Bye(serving.counts()).bytes());
    }

    // The heartbeat's thread.

    @Override
    public void run() {
        try (var readiness = new Readiness()) {
            while (listen()) {
                boolean accepting = introduced && beat();
                readiness.await(stopping && accepting ? STOPPING_NANOS : BEAT_NANOS, channel.fd());
            }
        } catch (IOException noDescriptor) {
            System.err.println("partita: a worker cannot hear its master: " + noDescriptor.getMessage());
        }
        orphaned();
    }

    /// Says that the process lives, and what it does.
    ///
    /// @return whether it accepts connections
    private synchronized boolean beat() {
        Running serving = running;
        boolean accepting = serving != null && serving.isAccepting();
        channel.send(new Beat(serving != null, accepting, serving == null ? new Counts() : serving.counts(), warm,
                doubt).bytes());
        return accepting;
    }

    /// Takes what the master has said.
    ///
    /// @return false if it is gone
    private boolean listen() throws IOException {
        for (Received received = channel.receive(); received != null; received = channel.receive()) {
            if (received.isEnd()) {
                return false;
            }
            if (received.isTruncated()) {
                Descriptors.close(received.descriptors());
                throw new IOException("there is no room for what the master passes on: raise the limit on open files"
                        + " (ulimit -n)");
            }
            Message message = Message.of(received.bytes());
            if (message instanceof End(End.How how)) {
                stopping = true;
                if (how == End.How.ABORT) {
                    abort();
                }
            }
            if (!orders.offer(new Order(message, received))) {
                Descriptors.close(received.descriptors());
            }
        }
        return true;
    }

    /// Breaks off a drain that is under way.
    private void abort() {
        Running serving = running;
        if (serving != null && !aborting) {
            aborting = true;
            new Attendant("abort", serving::abort).start();
        }
    }

    private void orphaned() {
        long gone = System.nanoTime();
        orders.clear();
        boolean _ = orders.offer(new Order(new End(End.How.DRAIN), null));
        try {
            pause(gone + ORPHAN_ABORT_NANOS);
            abort();
            pause(gone + ORPHAN_HALT_NANOS);
        } catch (InterruptedException impatient) {
            // then at once
        }
        Runtime.getRuntime().halt(LOST);
    }

    private static void pause(long until) throws InterruptedException {
        long nanos = until - System.nanoTime();
        Thread.sleep(Math.max(0, nanos / 1_000_000));
    }
}
