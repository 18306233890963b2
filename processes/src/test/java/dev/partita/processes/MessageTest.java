package dev.partita.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.partita.limits.Counter;
import dev.partita.limits.Counts;
import dev.partita.processes.Message.Answer;
import dev.partita.processes.Message.Ask;
import dev.partita.processes.Message.Beat;
import dev.partita.processes.Message.End;
import dev.partita.processes.Message.Handed;
import dev.partita.processes.Message.Hello;
import dev.partita.processes.Message.Serve;
import dev.partita.server.Division.Reach;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MessageTest {
    private static final InetSocketAddress FOUR = at(0, 127, 0, 0, 1);
    private static final InetSocketAddress SIX = at(8080, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

    private static InetSocketAddress at(int port, int... address) {
        byte[] bytes = new byte[address.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) address[i];
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    static Stream<Message> messages() {
        var plan = new Plan(
                List.of(FOUR, SIX, UnixDomainSocketAddress.of("/run/a socket")),
                1024, List.of("tcp-nodelay=on", "so-keepalive=off"), 4, Reach.PASSED, 10_000, 30_000, 100_000, 3_600);
        return Stream.of(
                new Hello(plan, "answered with HTTP/1.1 500"),
                new Serve(3, List.of(new Handed(SIX, Handed.Kind.SHARED), new Handed(SIX, Handed.Kind.PASSED))),
                new End(End.How.CLOSE),
                new Message.Inherit(7, List.of(new Handed(FOUR, Handed.Kind.ASIDE)), true),
                new Message.Ready(),
                new Message.TakeOver(),
                new Message.Taken(),
                new Ask("status"),
                new Answer(1, "a line\nand öne more"));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void whatIsWrittenIsRead(Message message) throws IOException {
        assertThat(Message.of(message.bytes())).isEqualTo(message);
    }

    @Test
    void countsArriveAsTheyWere() throws IOException {
        long[] sums = new long[Counter.values().length];
        sums[Counter.REQUESTS.ordinal()] = Long.MAX_VALUE;
        Message read = Message.of(new Beat(true, true, new Counts(sums), true, "").bytes());
        assertThat(read).isInstanceOfSatisfying(Beat.class,
                beat -> assertThat(beat.counts().toArray()).isEqualTo(sums));
    }

    @Test
    void whatIsNoMessageIsAnError() {
        assertThatThrownBy(() -> Message.of(new byte[]{'x', 1})).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Message.of(new byte[]{'e', 77})).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Message.of(new byte[]{'h', 0, 0})).isInstanceOf(IOException.class);
    }
}
