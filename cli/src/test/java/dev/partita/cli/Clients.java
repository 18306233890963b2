package dev.partita.cli;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/// Clients that ask all the time, half of them on connections that they keep, and note every request that was not answered.
final class Clients {
    private static final long PAUSE_NANOS = 1_000_000L;

    private final SocketAddress server;
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<String> lost = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    Clients(SocketAddress server, int count) {
        this.server = server;
        for (int i = 0; i < count; i++) {
            boolean keep = i % 2 == 0;
            threads.add(Thread.ofPlatform().daemon().unstarted(() -> ask(keep)));
        }
    }

    void start() {
        threads.forEach(Thread::start);
    }

    void stop() throws InterruptedException {
        stopped = true;
        for (Thread each : threads) {
            each.join();
        }
    }

    /// What went wrong, a line for each request.
    List<String> lost() {
        return List.copyOf(lost);
    }

    private void ask(boolean keep) {
        while (!stopped) {
            try (SocketChannel channel = SocketChannel.open(server)) {
                String answer;
                do {
                    answer = Web.exchange(channel, "GET / HTTP/1.1\r\nHost: localhost\r\n"
                            + (keep ? "" : "Connection: close\r\n") + "\r\n");
                    LockSupport.parkNanos(PAUSE_NANOS);
                } while (!stopped && keep && !answer.contains("Connection: close"));
            } catch (IOException failure) {
                lost.add(String.valueOf(failure));
            }
        }
    }
}
