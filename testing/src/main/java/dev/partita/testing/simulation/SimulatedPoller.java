package dev.partita.testing.simulation;

import dev.partita.connection.Connection;
import dev.partita.testing.simulation.Peer.Interest;
import dev.partita.testing.simulation.Peer.Socket;
import dev.partita.transport.AcceptPolicy;
import dev.partita.transport.Connecting;
import dev.partita.transport.Destination;
import dev.partita.transport.Listener;
import dev.partita.transport.Poller;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A poller of a [SimulatedNetwork]: keeps the contract of [Poller], and nothing that the contract does not say. Readiness comes
/// in any order, late, and sometimes without a reason. While the loop would wait, the rest of the world goes on.
final class SimulatedPoller implements Poller {
    private final SimulatedNetwork network;
    private final Runnable whenAllIsOver;
    private final ArrayDeque<Connection> ready = new ArrayDeque<>();
    private final List<Connection> asking = new ArrayList<>();
    private @Nullable AcceptPolicy policy;
    private boolean woken;
    private boolean over;
    /// What has gone wrong in the world: the loop takes it for a failure of its own, and would go on.
    private @Nullable Throwable wrong;

    /// @param whenAllIsOver is run once when every client has been served to its end
    SimulatedPoller(SimulatedNetwork network, Runnable whenAllIsOver) {
        this.network = network;
        this.whenAllIsOver = whenAllIsOver;
    }

    void acceptFor(AcceptPolicy home) {
        policy = home;
    }

    @Override
    public void listen(Listener listener, AcceptPolicy home) {
        throw new UnsupportedOperationException("a simulated loop accepts without a listener");
    }

    @Override
    public void accepting(boolean on) {
        throw new UnsupportedOperationException("a simulated loop accepts without a listener");
    }

    @Override
    public void stopListening() {
        throw new UnsupportedOperationException("a simulated loop accepts without a listener");
    }

    @Override
    public Connecting connect(Connection connection, Destination destination) {
        throw new UnsupportedOperationException("a simulated server opens no connections");
    }

    @Override
    public void adopt(Connection connection) {
        // Nothing is watched before it is asked for.
    }

    @Override
    public void lend(Connection connection) {
        forget(connection);
    }

    @Override
    public void reclaim(Connection connection) {
        if (socket(connection).asked != null) {
            throw new AssertionError("a connection that was lent has asked for " + socket(connection).asked);
        }
    }

    @Override
    public boolean read(Connection connection) {
        if (connection.receive()) {
            return true;
        }
        connection.rest();
        return ask(connection, Interest.READ);
    }

    @Override
    public boolean write(Connection connection) {
        return connection.send() || ask(connection, Interest.WRITE);
    }

    @Override
    public boolean await(Connection connection) {
        return connection.await();
    }

    @Override
    public void close(Connection connection) {
        forget(connection);
        connection.close();
    }

    private boolean ask(Connection connection, Interest interest) {
        if (socket(connection).asked == null) {
            asking.add(connection);
        }
        socket(connection).asked = interest;
        return false;
    }

    private void forget(Connection connection) {
        if (socket(connection).asked != null) {
            socket(connection).asked = null;
            asking.remove(connection);
        }
        ready.remove(connection);
    }

    private static Socket socket(Connection connection) {
        return (Socket) connection.endpoint();
    }

    @Override
    public int poll(long timeoutNanos) {
        check();
        try {
            return live(timeoutNanos);
        } catch (Throwable failure) {
            wrong = failure;
            network.end();
            throw failure;
        }
    }

    /// @throws AssertionError if anything has gone wrong
    void check() {
        if (wrong != null) {
            throw new AssertionError(wrong.getMessage(), wrong);
        }
    }

    private int live(long timeoutNanos) {
        long until = network.now() + timeoutNanos;
        accept();
        tell(timeoutNanos == 0);
        while (timeoutNanos != 0 && ready.isEmpty() && !woken && network.now() < until) {
            if (!network.happen()) {
                if (network.hasNobody()) {
                    end();
                    break;
                }
                if (tell(false) == 0) {
                    network.pass(until);
                }
            } else if (!network.chance(3)) {
                tell(true);
            }
            accept();
        }
        for (int i = network.pick(3); i > 0; i--) {
            network.happen();
        }
        woken = false;
        return ready.size();
    }

    private void end() {
        if (!over) {
            over = true;
            whenAllIsOver.run();
        }
    }

    private void accept() {
        AcceptPolicy home = policy;
        if (home != null) {
            network.accept(connection -> {
                home.place(connection);
                ready.add(connection);
            });
        }
    }

    /// Moves those that can go on to those that are told of, and rarely one that cannot.
    ///
    /// @param lazily leaves some of them for later
    /// @return how many can go on
    private int tell(boolean lazily) {
        int able = 0;
        for (int left = asking.size(); left > 0 && !asking.isEmpty(); left--) {
            Connection connection = asking.get(network.pick(asking.size()));
            boolean isReady = socket(connection).isReady();
            if (isReady || network.chance(50)) {
                able += isReady ? 1 : 0;
                if (!lazily || !network.chance(3)) {
                    forget(connection);
                    ready.add(connection);
                }
            }
        }
        // A random pick may have missed one: nobody may wait for time to pass while somebody can go on.
        for (int i = 0; !lazily && able == 0 && i < asking.size(); i++) {
            if (socket(asking.get(i)).isReady()) {
                Connection connection = asking.get(i);
                forget(connection);
                ready.add(connection);
                able++;
            }
        }
        return able + ready.size();
    }

    @Override
    public @Nullable Connection take() {
        return ready.poll();
    }

    @Override
    public void wakeup() {
        woken = true;
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
