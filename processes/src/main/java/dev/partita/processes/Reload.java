package dev.partita.processes;

import dev.partita.linux.socket.MessageChannel;
import dev.partita.processes.Message.Answer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// A reload that was asked for, and who waits for it: those at the control socket, and threads of this program.
final class Reload {
    private final List<MessageChannel> clients = new ArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile Answer outcome = new Answer(1, "interrupted while the new generation starts");

    /// Tells `client` too. The supervisor's thread.
    void answerTo(MessageChannel client) {
        clients.add(client);
    }

    /// It is over: tells everybody. The supervisor's thread.
    void end(Answer outcome) {
        this.outcome = outcome;
        clients.forEach(each -> each.send(outcome.bytes()));
        over.countDown();
        if (!clients.isEmpty()) {
            Journal.log(outcome.exitCode() == 0 ? Level.INFO : Level.WARNING, outcome.text());
        }
    }

    /// Waits until it is over.
    ///
    /// @throws IOException if the new generation does not serve; the message says why
    void await() throws IOException {
        try {
            over.await();
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
        if (outcome.exitCode() != 0) {
            throw new IOException(outcome.text());
        }
    }
}
