package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import dev.partita.server.Running;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What a server promises to a peer, under every model, over every transport, in every protocol.
@ExtendWith(ThreadsWhenLate.class)
@ParameterizedClass(name = "{0}, {1}")
@MethodSource("everything")
@Timeout(60)
class ContractTest {
    @TempDir
    private static Path folder;

    private final Under under;
    private final Dialect dialect;
    private final Backstage backstage = new Backstage();
    private final Log log = new Log();

    ContractTest(Under under, Dialect dialect) {
        this.under = under;
        this.dialect = dialect;
    }

    static Stream<Arguments> everything() {
        return Dialects.all().stream()
                .flatMap(dialect -> Stream.concat(Under.all().stream(), AmpedOverSlots.all().stream())
                        .map(under -> Arguments.of(under, dialect)));
    }

    @BeforeAll
    static void writeTheFile() throws IOException {
        Files.write(folder.resolve(LineProtocol.FILE), Pattern.bytes(1 << 20));
    }

    @AfterEach
    void letEverybodyGo() {
        backstage.openAll();
        log.close();
        assertThat(log.without("asked to fail", "interrupted at gate", "InterruptedException")).isEmpty();
    }

    private Running start() throws IOException {
        return start(Under.SMALL);
    }

    private Running start(Limits limits) throws IOException {
        return under.run(dialect.protocol(backstage, folder), limits);
    }

    private static String pattern(int count) {
        return new String(Pattern.bytes(count), ISO_8859_1);
    }

    // Requests and replies.

    @Test
    void answersOneRequestAfterTheOther() throws Exception {
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            for (int i = 0; i < 20; i++) {
                assertThat(dialect.ask(client, "echo " + i)).isEqualTo("" + i);
            }
            assertThat(server.count(Counter.REQUESTS)).isEqualTo(20);
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void answersPipelinedRequestsInOrder() throws Exception {
        List<String> commands = new ArrayList<>();
        List<String> replies = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Collections.addAll(commands, "echo " + i, "stages 2", "big " + 700 * i, "ready r" + i, "stream " + 900 * i,
                    "file " + i + " 5000");
            Collections.addAll(replies, "" + i, "parse work work render", pattern(700 * i), "r" + i, pattern(900 * i),
                    pattern(5000 + i).substring(i));
        }
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            client.send(dialect.requests(commands));
            for (String expected : replies) {
                assertThat(dialect.reply(client)).isEqualTo(expected);
            }
        }
    }

    @Test
    void answersMorePipelinedRequestsThanFitInATurnOrABuffer() throws Exception {
        int count = 5_000;
        List<String> commands = IntStream.range(0, count).mapToObj(i -> "echo " + i).toList();
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            byte[] all = dialect.requests(commands);
            CompletableFuture<WireClient> sending = inBackground(() -> client.send(all));
            for (int i = 0; i < count; i++) {
                assertThat(dialect.reply(client)).isEqualTo("" + i);
            }
            sending.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void servesManyAtATime() throws Exception {
        try (Running server = start()) {
            List<WireClient> clients = connect(server, 40);
            for (int round = 0; round < 10; round++) {
                for (WireClient client : clients) {
                    client.send(dialect.request("echo " + client.localPort() + "-" + round));
                }
                for (WireClient client : clients) {
                    assertThat(dialect.reply(client)).isEqualTo(client.localPort() + "-" + round);
                }
            }
            closeAll(clients);
        }
    }

    @Test
    void takesARequestByteByByte() throws Exception {
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            client.sendByteByByte(dialect.requests(List.of("echo slow", "stages 1", "echo slower")));
            assertThat(dialect.reply(client)).isEqualTo("slow");
            assertThat(dialect.reply(client)).isEqualTo("parse work render");
            assertThat(dialect.reply(client)).isEqualTo("slower");
        }
    }

    @Test
    void aSlowClientDoesNotDelayAnother() throws Exception {
        try (Running server = start();
                WireClient slow = WireClient.connect(server);
                WireClient quick = WireClient.connect(server)) {
            for (byte each : dialect.request("echo slow")) {
                slow.send(new byte[]{each});
                assertThat(dialect.ask(quick, "echo quick")).isEqualTo("quick");
            }
            assertThat(dialect.reply(slow)).isEqualTo("slow");
        }
    }

    @Test
    void takesARequestThatOutgrowsAnOrdinaryBuffer() throws Exception {
        String text = "x".repeat(6_000) + "y".repeat(6_000);
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            assertThat(dialect.ask(client, "echo " + text)).isEqualTo(text);
            assertThat(dialect.ask(client, "echo short")).isEqualTo("short");
        }
    }

    @Test
    void takesABodyLargerThanAnyBuffer() throws Exception {
        byte[] body = Pattern.bytes(700_000);
        var sum = new java.util.zip.CRC32();
        sum.update(body);
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            client.send(dialect.request("put " + body.length));
            client.sendInPieces(body, 1, 2, 8_192, 8_193, 65_536, 200_000);
            assertThat(dialect.reply(client)).isEqualTo(Long.toHexString(sum.getValue()));
            assertThat(dialect.ask(client, "echo after")).isEqualTo("after");
        }
    }

    @Test
    void sendsAPartOfAFile() throws Exception {
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            assertThat(dialect.ask(client, "file 0 1048576")).isEqualTo(pattern(1 << 20));
            assertThat(dialect.ask(client, "file 1000 1")).isEqualTo(pattern(1001).substring(1000));
            assertThat(dialect.ask(client, "file 5 0")).isEmpty();
            assertThat(dialect.ask(client, "echo after")).isEqualTo("after");
        }
    }

    // Slow readers.

    @Test
    void streamsToASlowReaderNoFasterThanItReads() throws Exception {
        int count = 2_000_000;
        // One large buffer, what the server's socket takes and what the client's does, both of which the kernel doubles.
        long aheadMax = Under.SMALL.bufferBytesMax() + 4L * 65_536;
        try (Running server = start();
                WireClient client = WireClient.connect(server.port(), 16_384);
                WireClient other = WireClient.connect(server)) {
            client.send(dialect.request("stream " + count));
            assertThat(dialect.ask(other, "echo meanwhile")).isEqualTo("meanwhile");
            client.readExactly(1_000);
            for (int read = 1_000; read < 1_500_000; read += 1_000) {
                assertThat(backstage.produced() - read).isLessThan(aheadMax);
                client.readExactly(1_000);
            }
            assertThat(backstage.produced()).isLessThan(count);
        }
    }

    @Test
    void streamsEveryByteInItsPlace() throws Exception {
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            for (int count : new int[]{0, 1, 2, 8_191, 8_192, 8_193, 65_535, 65_536, 65_537, 300_000, 300_001}) {
                assertThat(dialect.ask(client, "stream " + count)).isEqualTo(pattern(count));
            }
        }
    }

    @Test
    void sendsAnArrayAndAFileToASlowReader() throws Exception {
        try (Running server = start();
                WireClient client = WireClient.connect(server.port(), 4_096);
                WireClient other = WireClient.connect(server)) {
            client.send(dialect.requests(List.of("big 4000000", "file 48576 1000000", "echo after")));
            assertThat(dialect.ask(other, "echo meanwhile")).isEqualTo("meanwhile");
            assertThat(dialect.reply(client)).isEqualTo(pattern(4_000_000));
            assertThat(dialect.reply(client)).isEqualTo(pattern(1_048_576).substring(48_576));
            assertThat(dialect.reply(client)).isEqualTo("after");
        }
    }

    // Ends.

    @Test
    void answersEverythingAfterAHalfCloseAndThenCloses() throws Exception {
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            client.send(dialect.requests(List.of("echo a", "big 300000", "stages 1", "ready b", "file 0 9000")));
            client.halfClose();
            assertThat(dialect.reply(client)).isEqualTo("a");
            assertThat(dialect.reply(client)).isEqualTo(pattern(300_000));
            assertThat(dialect.reply(client)).isEqualTo("parse work render");
            assertThat(dialect.reply(client)).isEqualTo("b");
            assertThat(dialect.reply(client)).isEqualTo(pattern(9_000));
            client.expectEnd();
            assertEverythingClosed(server, 1);
        }
    }

    @Test
    void aRequestAndTheEndThatArriveTogetherAreBothSeen() throws Exception {
        try (Running server = start();
                WireClient client = WireClient.connect(server);
                WireClient blocking = WireClient.connect(server)) {
            assertThat(dialect.ask(client, "echo before")).isEqualTo("before");
            // A loop that stands at the gate learns of both at once.
            blocking.send(dialect.request("block g"));
            backstage.gate("g").awaitArrivals(1);
            client.send(dialect.request("echo last")).halfClose();
            backstage.gate("g").open();
            assertThat(dialect.reply(client)).isEqualTo("last");
            client.expectEnd();
        }
    }

    @Test
    void aRequestAndAResetThatArriveTogetherEndTheConnection() throws Exception {
        try (Running server = start();
                WireClient client = WireClient.connect(server);
                WireClient blocking = WireClient.connect(server)) {
            assertThat(dialect.ask(client, "echo before")).isEqualTo("before");
            blocking.send(dialect.request("block g"));
            backstage.gate("g").awaitArrivals(1);
            client.send(dialect.request("echo last")).reset();
            backstage.gate("g").open();
            assertThat(dialect.reply(blocking)).isEqualTo("g");
            assertEverythingClosed(server, 1);
        }
    }

    @Test
    void aReplyThatWasPutOffReachesAPeerThatHasHalfClosed() throws Exception {
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            client.send(dialect.request("wait w")).halfClose();
            backstage.putOff("w").complete("late");
            assertThat(dialect.reply(client)).isEqualTo("late");
            client.expectEnd();
        }
    }

    @Test
    void closesSilentlyWhenThePeerLeavesBetweenRequests() throws Exception {
        try (Running server = start()) {
            WireClient.connect(server).halfClose().expectEnd();
            try (WireClient client = WireClient.connect(server)) {
                assertThat(dialect.ask(client, "echo one")).isEqualTo("one");
                client.halfClose().expectEnd();
            }
            assertEverythingClosed(server, 2);
            assertThat(server.count(Counter.BROKEN)).isZero();
            assertThat(server.count(Counter.FAILURES)).isZero();
        }
    }

    @Test
    void lingersSoThatALastReplyArrivesAlthoughMoreWasSent() throws Exception {
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            client.send(dialect.request("quit"));
            assertThat(dialect.reply(client)).isEqualTo("bye");
            client.send(dialect.request("echo nobody listens"));
            client.expectEnd();
        }
    }

    @Test
    void aResetInTheMiddleOfARequestCostsOneConnection() throws Exception {
        byte[] request = dialect.request("echo never");
        try (Running server = start(); WireClient other = WireClient.connect(server)) {
            for (int i = 1; i < 20; i++) {
                WireClient client = WireClient.connect(server);
                client.send(java.util.Arrays.copyOf(request, i % request.length));
                assertThat(dialect.ask(other, "echo " + i)).isEqualTo("" + i);
                client.reset();
            }
            assertEverythingClosed(server, 19);
            assertThat(dialect.ask(other, "echo on")).isEqualTo("on");
            assertThat(server.count(Counter.FAILURES)).isZero();
        }
    }

    @Test
    void aResetInTheMiddleOfAReplyCostsOneConnection() throws Exception {
        try (Running server = start(); WireClient other = WireClient.connect(server)) {
            for (String command : List.of("big 4000000", "stream 4000000", "file 0 1048576")) {
                for (int i = 0; i < 4; i++) {
                    WireClient client = WireClient.connect(server.port(), 4_096);
                    client.send(dialect.request(command));
                    client.readExactly(100 + i * 9_000);
                    client.reset();
                }
            }
            assertEverythingClosed(server, 12);
            assertThat(dialect.ask(other, "echo on")).isEqualTo("on");
            assertThat(server.count(Counter.FAILURES)).isZero();
        }
    }

    @Test
    void workThatThrowsCostsItsRequest() throws Exception {
        try (Running server = start(); WireClient other = WireClient.connect(server)) {
            for (int i = 1; i <= 10; i++) {
                try (WireClient client = WireClient.connect(server)) {
                    client.send(dialect.request("fail"));
                    if (dialect.answersFailures()) {
                        assertThat(dialect.reply(client)).isEqualTo("failed");
                    } else {
                        assertThat(client.readToAnyEnd()).isEmpty();
                    }
                    Eventually.holds("a failure was counted", atLeast(server, Counter.FAILURES, i));
                    assertThat(dialect.ask(other, "echo " + i)).isEqualTo("" + i);
                }
            }
            assertEverythingClosed(server, 10);
            assertThat(server.count(Counter.FAILURES)).isEqualTo(10);
        }
    }

    @Test
    void anInterruptThatWorkLeavesBehindHitsNobodyElse() throws Exception {
        try (Running server = start();
                WireClient client = WireClient.connect(server);
                WireClient other = WireClient.connect(server)) {
            assertThat(dialect.ask(other, "echo before")).isEqualTo("before");
            assertThat(dialect.ask(client, "interrupt")).isEqualTo("interrupted");
            // The JDK closes the file that an interrupted thread reads, and its selectors no longer wait.
            assertThat(dialect.ask(other, "file 10 5000")).isEqualTo(pattern(5_010).substring(10));
            long polls = server.count(Counter.POLLS);
            for (int i = 0; i < 100; i++) {
                assertThat(dialect.ask(client, "echo " + i)).isEqualTo("" + i);
            }
            assertThat(server.count(Counter.POLLS) - polls).isLessThan(1_000);
        }
    }

    /// A handler's own timeout that is late: its thread waits for something else by then.
    @Test
    void anInterruptThatComesAfterTheReplyHitsNobodyElse() throws Exception {
        try (Running server = start();
                WireClient client = WireClient.connect(server);
                WireClient other = WireClient.connect(server)) {
            Backstage.Gate gate = backstage.gate("g");
            gate.open();
            assertThat(dialect.ask(client, "block g")).isEqualTo("g");
            Thread served = gate.arrived().getFirst();
            served.interrupt();
            if (isWokenByInterrupts(served)) {
                // While its flag is set no wait of the JDK's lasts: it would go round and round.
                Eventually.holds("it can wait again", () -> !served.isInterrupted());
            }
            assertThat(dialect.ask(other, "block g")).isEqualTo("g");
            served.interrupt();
            assertThat(dialect.ask(client, "block g")).isEqualTo("g");
        }
    }

    /// What waits in the kernel by a call of ours does not mind.
    private boolean isWokenByInterrupts(Thread thread) {
        return under.transport().name().equals("nio") || thread.isVirtual()
                || thread.getName().matches("(worker|stage)-.*");
    }

    @Test
    void aStreamThatThrowsCannotBeTakenForAWholeReply() throws Exception {
        try (Running server = start();
                WireClient client = WireClient.connect(server);
                WireClient other = WireClient.connect(server)) {
            client.send(dialect.request("break 100000"));
            assertThatThrownBy(() -> dialect.reply(client)).satisfiesAnyOf(
                    cut -> assertThat(cut).isInstanceOf(AssertionError.class)
                            .hasMessageContaining("the connection ended"),
                    cut -> assertThat(cut).isInstanceOf(java.net.SocketException.class).hasMessageContaining("reset"));
            assertThat(dialect.ask(other, "echo on")).isEqualTo("on");
        }
    }

    // The connection limit.

    @Test
    void connectionsBeyondTheLimitWaitAndAreServedWhenOthersLeave() throws Exception {
        try (Running server = start(Under.SMALL.withConnectionsMax(4))) {
            List<WireClient> inside = connect(server, 4);
            for (WireClient client : inside) {
                assertThat(dialect.ask(client, "echo in")).isEqualTo("in");
            }
            for (int round = 0; round < 5; round++) {
                List<WireClient> outside = connect(server, 4);
                for (WireClient client : outside) {
                    client.send(dialect.request("echo later"));
                }
                for (WireClient client : inside) {
                    assertThat(dialect.ask(client, "echo still")).isEqualTo("still");
                }
                assertThat(server.connections()).isEqualTo(4);
                assertThat(server.count(Counter.ACCEPTED)).isEqualTo(4 + 4L * round);
                Eventually.holds("accepting pauses", atLeast(server, Counter.ACCEPT_PAUSES_FULL, 1));
                closeAll(inside);
                for (WireClient client : outside) {
                    assertThat(dialect.reply(client)).isEqualTo("later");
                }
                inside = outside;
            }
            closeAll(inside);
            assertEverythingClosed(server, 24);
        }
    }

    @Test
    void losesNoConnectionWhenManyMoreComeThanThereIsRoomFor() throws Exception {
        try (Running server = start(Under.SMALL.withConnectionsMax(8))) {
            List<WireClient> clients = connect(server, 200);
            for (WireClient client : clients) {
                client.send(dialect.request("echo " + client.localPort())).halfClose();
            }
            for (WireClient client : clients) {
                assertThat(dialect.reply(client)).isEqualTo("" + client.localPort());
                client.expectEnd();
            }
            closeAll(clients);
            assertEverythingClosed(server, 200);
        }
    }

    // Asynchronous completion.

    @Test
    void aRequestThatWasPutOffIsAnsweredOnceItIsCompleted() throws Exception {
        try (Running server = start();
                WireClient client = WireClient.connect(server);
                WireClient other = WireClient.connect(server)) {
            client.send(dialect.requests(List.of("wait w", "echo behind it")));
            Backstage.PutOff reply = backstage.putOff("w");
            assertThat(dialect.ask(other, "echo meanwhile")).isEqualTo("meanwhile");
            assertThat(client.available()).isZero();
            assertThat(reply.complete("done")).isTrue();
            assertThat(dialect.reply(client)).isEqualTo("done");
            assertThat(dialect.reply(client)).isEqualTo("behind it");
        }
    }

    @Test
    void aCompletionThatComesBeforeTheWaitIsNotMissed() throws Exception {
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            for (int i = 0; i < 50; i++) {
                assertThat(dialect.ask(client, "ready " + i)).isEqualTo("" + i);
            }
        }
    }

    @Test
    void aCompletionAtTheVeryMomentOfTheWaitIsNotMissed() throws Exception {
        int count = 300;
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            client.send(dialect.requests(Collections.nCopies(count, "wait w")));
            for (int i = 0; i < count; i++) {
                backstage.putOff("w").complete("" + i);
                assertThat(dialect.reply(client)).isEqualTo("" + i);
            }
        }
    }

    @Test
    void theSecondCompletionOfARequestChangesNothing() throws Exception {
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            client.send(dialect.request("wait w"));
            Backstage.PutOff first = backstage.putOff("w");
            assertThat(first.complete("first")).isTrue();
            assertThat(first.complete("again")).isFalse();
            assertThat(dialect.reply(client)).isEqualTo("first");
            client.send(dialect.request("wait w"));
            Backstage.PutOff second = backstage.putOff("w");
            assertThat(first.complete("stale")).isFalse();
            assertThat(second.complete("second")).isTrue();
            assertThat(dialect.reply(client)).isEqualTo("second");
        }
    }

    @Test
    void aCompletionAfterThePeerHasLeftIsDropped() throws Exception {
        try (Running server = start(); WireClient other = WireClient.connect(server)) {
            List<Backstage.PutOff> late = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                WireClient client = WireClient.connect(server);
                client.send(dialect.request("wait w"));
                late.add(backstage.putOff("w"));
                if (i % 2 == 0) {
                    client.reset();
                } else {
                    client.close();
                }
            }
            late.forEach(reply -> reply.complete("too late"));
            assertEverythingClosed(server, 10);
            late.forEach(reply -> reply.complete("much too late"));
            assertThat(dialect.ask(other, "echo on")).isEqualTo("on");
            // The slots are used again, and the old tickets mean nothing there.
            List<WireClient> clients = connect(server, 10);
            for (WireClient client : clients) {
                client.send(dialect.request("wait v"));
            }
            late.forEach(reply -> reply.complete("of somebody else"));
            for (int i = 0; i < clients.size(); i++) {
                backstage.putOff("v").complete("mine");
            }
            for (WireClient client : clients) {
                assertThat(dialect.reply(client)).isEqualTo("mine");
            }
            closeAll(clients);
        }
    }

    @Test
    void manyWaitsAreCompletedByManyThreadsInAnyOrder() throws Exception {
        try (Running server = start()) {
            List<WireClient> clients = connect(server, 40);
            for (int round = 0; round < 5; round++) {
                for (WireClient client : clients) {
                    client.send(dialect.request("wait " + client.localPort()));
                }
                List<WireClient> shuffled = new ArrayList<>(clients);
                Collections.shuffle(shuffled, new Random(round));
                List<CompletableFuture<Boolean>> completing = new ArrayList<>();
                for (List<WireClient> some : List.of(shuffled.subList(0, 20), shuffled.subList(20, 40))) {
                    completing.add(inBackground(() -> {
                        for (WireClient client : some) {
                            backstage.putOff("" + client.localPort()).complete("for " + client.localPort());
                        }
                        return true;
                    }));
                }
                for (WireClient client : clients) {
                    assertThat(dialect.reply(client)).isEqualTo("for " + client.localPort());
                }
                for (CompletableFuture<Boolean> each : completing) {
                    each.get(10, TimeUnit.SECONDS);
                }
            }
            closeAll(clients);
        }
    }

    // The server's end.

    @Test
    void aDrainAnswersWhatIsInFlightAndClosesWhatIsIdle() throws Exception {
        Running server = start();
        WireClient idle = WireClient.connect(server);
        assertThat(dialect.ask(idle, "echo one")).isEqualTo("one");
        WireClient fresh = WireClient.connect(server);
        WireClient waiting = WireClient.connect(server);
        waiting.send(dialect.request("wait w"));
        Backstage.PutOff reply = backstage.putOff("w");
        WireClient reading = WireClient.connect(server.port(), 16_384);
        reading.send(dialect.request("stream 1000000"));
        Eventually.holds("the stream has begun", () -> server.count(Counter.BYTES_OUT) > 10_000);

        CompletableFuture<Boolean> drained = inBackground(server::drain);
        idle.expectEnd();
        idle.close();
        fresh.expectEnd();
        fresh.close();
        assertThatThrownBy(() -> WireClient.connect(server)).isInstanceOf(ConnectException.class);
        assertThat(drained).isNotDone();
        reply.complete("done");
        assertThat(dialect.reply(waiting)).isEqualTo("done");
        waiting.expectEnd();
        assertThat(drained).isNotDone();
        waiting.close();
        assertThat(dialect.reply(reading)).isEqualTo(pattern(1_000_000));
        reading.expectEnd();
        reading.close();

        assertThat(drained.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(server.count(Counter.ACCEPTED)).isEqualTo(4);
        assertThat(server.count(Counter.CLOSED)).isEqualTo(4);
        assertThat(server.count(Counter.ABORTED)).isZero();
    }

    @Test
    void aDrainWaitsForTheRestOfARequest() throws Exception {
        Running server = start();
        WireClient halfway = WireClient.connect(server);
        byte[] request = dialect.request("echo whole");
        halfway.send(java.util.Arrays.copyOf(request, 7));
        WireClient idle = WireClient.connect(server);
        assertThat(dialect.ask(idle, "echo one")).isEqualTo("one");
        Eventually.holds("the first part has arrived", atLeast(server, Counter.BYTES_IN, 7 + request.length - 2));

        CompletableFuture<Boolean> drained = inBackground(server::drain);
        idle.expectEnd();
        idle.close();
        halfway.send(java.util.Arrays.copyOfRange(request, 7, request.length));
        assertThat(dialect.reply(halfway)).isEqualTo("whole");
        halfway.expectEnd();
        halfway.close();
        assertThat(drained.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aDrainWaitsForBlockingWork() throws Exception {
        Running server = start();
        WireClient client = WireClient.connect(server);
        client.send(dialect.request("block g"));
        backstage.gate("g").awaitArrivals(1);
        CompletableFuture<Boolean> drained = inBackground(server::drain);
        assertThat(drained).isNotDone();
        backstage.gate("g").open();
        assertThat(dialect.reply(client)).isEqualTo("g");
        client.expectEnd();
        client.close();
        assertThat(drained.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(server.connections()).isZero();
    }

    @Test
    void aDrainServesWhatWasConnectedBeforeIt() throws Exception {
        for (int i = 0; i < 5; i++) {
            Running server = start();
            List<WireClient> clients = connect(server, 20);
            for (WireClient client : clients) {
                client.send(dialect.request("echo " + client.localPort()));
            }
            // All requests are here, whether or not their connection has been accepted yet.
            CompletableFuture<Boolean> drained = inBackground(server::drain);
            for (WireClient client : clients) {
                assertThat(dialect.reply(client)).isEqualTo("" + client.localPort());
                client.expectEnd();
                client.close();
            }
            assertThat(drained.get(10, TimeUnit.SECONDS)).isTrue();
            assertThat(server.count(Counter.ACCEPTED)).isEqualTo(20);
            assertThat(server.count(Counter.CLOSED)).isEqualTo(20);
        }
    }

    @Test
    void aDrainGivesUpWhatTakesLongerThanItsTime() throws Exception {
        Running server = start(Under.SMALL.withDrain(Duration.ofMillis(20)));
        WireClient waiting = WireClient.connect(server);
        waiting.send(dialect.request("wait w"));
        Backstage.PutOff reply = backstage.putOff("w");
        WireClient reading = WireClient.connect(server.port(), 4_096);
        reading.send(dialect.request("big 4000000"));
        reading.readExactly(1);
        WireClient halfway = WireClient.connect(server);
        halfway.send(java.util.Arrays.copyOf(dialect.request("echo whole"), 7));
        Eventually.holds("all have arrived", () -> server.connections() == 3);

        assertThat(server.drain()).isFalse();
        assertThat(server.drain()).as("what is over stays what it was").isFalse();
        assertThat(waiting.readToAnyEnd()).isEmpty();
        assertThat(reading.readToAnyEnd().length).isLessThan(4_000_000);
        assertThat(halfway.readToAnyEnd()).isEmpty();
        reply.complete("too late");
        assertThat(server.count(Counter.CLOSED)).isEqualTo(3);
        assertThat(server.count(Counter.ABORTED)).isEqualTo(3);
        closeAll(List.of(waiting, reading, halfway));
    }

    @Test
    void anAbortEndsEverythingAtOnce() throws Exception {
        Running server = start();
        List<WireClient> clients = connect(server, 5);
        assertThat(dialect.ask(clients.get(0), "echo idle")).isEqualTo("idle");
        clients.get(1).send(dialect.request("wait w"));
        backstage.putOff("w");
        clients.get(2).send(dialect.request("stream 4000000"));
        clients.get(2).readExactly(1);
        clients.get(3).send(java.util.Arrays.copyOf(dialect.request("echo whole"), 7));
        clients.get(4).send(dialect.request("block g"));
        backstage.gate("g").awaitArrivals(1);

        server.abort();
        for (WireClient client : clients) {
            client.readToAnyEnd();
        }
        assertThat(server.count(Counter.CLOSED)).isEqualTo(server.count(Counter.ACCEPTED));
        assertThatThrownBy(() -> WireClient.connect(server)).isInstanceOf(ConnectException.class);
        closeAll(clients);
    }

    @Test
    void anAbortAlsoEndsWhatIsAboutToBeAccepted() throws Exception {
        for (int i = 0; i < 5; i++) {
            Running server = start();
            List<WireClient> clients = connect(server, 30);
            server.abort();
            for (WireClient client : clients) {
                client.readToAnyEnd();
            }
            assertThat(server.count(Counter.CLOSED)).isEqualTo(server.count(Counter.ACCEPTED));
            closeAll(clients);
        }
    }

    @Test
    void aDrainThatIsInterruptedEndsEverythingAtOnce() throws Exception {
        List<Thread> before = List.copyOf(Thread.getAllStackTraces().keySet());
        Running server = start();
        try (WireClient client = WireClient.connect(server)) {
            client.send(dialect.request("block g"));
            backstage.gate("g").awaitArrivals(1);
            Thread draining = Thread.ofPlatform().daemon().start(server::drain);
            Eventually.holds("the drain has ended", () -> {
                draining.interrupt();
                return !draining.isAlive();
            });
            client.readToAnyEnd();
            assertThat(server.count(Counter.CLOSED)).isEqualTo(server.count(Counter.ACCEPTED));
            Eventually.holds("no thread is left", () -> Thread.getAllStackTraces().keySet().stream()
                    .allMatch(thread -> thread.isDaemon() || before.contains(thread)));
        }
    }

    @Test
    void nothingIsLeftOfAServerThatHasEnded() throws Exception {
        List<Thread> before = List.copyOf(Thread.getAllStackTraces().keySet());
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            assertThat(dialect.ask(client, "echo one")).isEqualTo("one");
            client.leave();
        }
        assertThat(Thread.getAllStackTraces().keySet().stream().filter(thread -> !before.contains(thread)))
                .filteredOn(thread -> !thread.isDaemon())
                .isEmpty();
    }

    // Helpers.

    private static java.util.function.BooleanSupplier atLeast(Running server, Counter counter, long count) {
        return () -> server.count(counter) >= count;
    }

    private static void assertEverythingClosed(Running server, long count) {
        Eventually.holds(count + " connections were closed", atLeast(server, Counter.CLOSED, count));
    }

    private static List<WireClient> connect(Running server, int count) throws IOException {
        List<WireClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(WireClient.connect(server));
        }
        return clients;
    }

    private static void closeAll(List<WireClient> clients) throws IOException {
        for (WireClient client : clients) {
            client.close();
        }
    }

    /// On a thread of its own: the common pool has as many as there are processors, and one that waits would be missed.
    private static <T> CompletableFuture<T> inBackground(Callable<T> action) {
        var result = new CompletableFuture<T>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                result.complete(action.call());
            } catch (Throwable failure) {
                result.completeExceptionally(failure);
            }
        });
        return result;
    }
}
