package dev.partita.processes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.linux.socket.ListeningSocket;
import dev.partita.processes.Message.Handed;
import dev.partita.server.Division.Reach;
import dev.partita.transport.Transports;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the workers of a generation get of the listening sockets that a master keeps.
@EnabledOnOs(OS.LINUX)
class SocketsTest {
    private static final SocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final SocketAddress OTHER = new InetSocketAddress("127.0.0.2", 0);
    private static final int BEFORE = 3;

    /// A connection that the kernel puts into the backlog of a socket on which nobody accepts is never answered.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, BEFORE, 5})
    void afterAReloadWithAnotherNumberOfWorkersSomebodyAcceptsOnEverySocket(int workers) throws Exception {
        var sockets = new Sockets(Transports.named("epoll"));
        try {
            sockets.open(plan(BEFORE));
            Plan next = plan(workers);
            sockets.open(next);
            assertThat(sockets.all()).as("nobody accepts yet").hasSize(BEFORE);
            sockets.spread(next);
            List<Integer> accepted = new ArrayList<>();
            for (int place = 0; place < workers; place++) {
                int before = accepted.size();
                sockets.hand(next, place, new ArrayList<Handed>(), accepted);
                assertThat(accepted).as("worker " + place + " has one").hasSizeGreaterThan(before);
            }
            assertThat(accepted).containsExactlyInAnyOrderElementsOf(
                    sockets.all().stream().map(each -> each.fd()).toList());
        } finally {
            sockets.close();
        }
    }

    @Test
    void whatWasOpenedForAGenerationThatDoesNotServeIsClosed() throws Exception {
        var sockets = new Sockets(Transports.named("epoll"));
        try {
            sockets.open(plan(BEFORE));
            List<ListeningSocket> before = sockets.all();
            Plan next = plan(BEFORE + 1, ANY, OTHER);
            sockets.open(next);
            sockets.spread(next);
            List<ListeningSocket> added = new ArrayList<>(sockets.all());
            added.removeAll(before);
            assertThat(added).hasSize(BEFORE + 2);
            sockets.giveUp();
            assertThat(sockets.all()).containsExactlyElementsOf(before).allMatch(ListeningSocket::isOpen);
            assertThat(added).noneMatch(ListeningSocket::isOpen);
        } finally {
            sockets.close();
        }
    }

    private static Plan plan(int workers) {
        return plan(workers, ANY);
    }

    private static Plan plan(int workers, SocketAddress... addresses) {
        return new Plan(List.of(addresses), 16, List.of(), workers, Reach.OWN, 8, 0, 0, 0);
    }
}
