package dev.partita.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.loop.EventLoop;
import dev.partita.model.Sped;
import dev.partita.server.Running;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// How deep a handler stands: the shorter the way from the loop, the easier it is to follow, for people and for the compiler.
@Timeout(60)
class HopCountTest {
    private static final int HOPS_MAX = 6;

    static List<Under> sped() {
        return Under.transports().stream()
                .map(transport -> new Under(new Sped(), transport))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("sped")
    void thereAreAtMost6FramesFromTheLoopToTheHandler(Under under) throws Exception {
        var stacks = new LinkedBlockingQueue<List<String>>();
        Handler handler = (request, response) -> {
            stacks.add(StackWalker.getInstance().walk(frames -> frames
                    .takeWhile(frame -> !frame.getClassName().equals(EventLoop.class.getName())
                            || !frame.getMethodName().equals("round"))
                    .map(frame -> frame.getClassName().replaceFirst(".*\\.", "") + "." + frame.getMethodName())
                    .skip(1) // the handler itself
                    .toList()));
            response.text("ok");
        };
        try (Running server = under.run(Http.serving(handler), Under.SMALL);
                WireClient client = WireClient.connect(server)) {
            client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
            assertThat(client.readReply().text()).isEqualTo("ok");
        }
        List<String> between = stacks.poll(10, TimeUnit.SECONDS);
        System.out.println("from " + under + ", EventLoop.round to the handler, the handler's end first: " + between);
        assertThat(between).isNotEmpty().hasSizeLessThanOrEqualTo(HOPS_MAX);
    }
}
