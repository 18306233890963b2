package dev.partita.processes;

import dev.partita.linux.socket.Descriptors;
import dev.partita.linux.socket.MessageChannel;
import dev.partita.linux.socket.MessageChannel.Received;
import dev.partita.processes.Message.Answer;
import dev.partita.processes.Message.Ask;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Those at the control socket who want to know something, or to have something done. The supervisor's, under its lock.
final class Clients {
    static final String STATUS = "status";
    static final String RELOAD = "reload";
    static final String UPGRADE = "upgrade";

    private static final int CLIENTS_MAX = 32;

    private final List<MessageChannel> clients = new ArrayList<>();
    private final Desk desk;

    /// Who can do what they ask for.
    interface Desk {
        /// What runs, for people.
        String status();

        /// @throws IOException if that is refused; the message says why
        Reload askForReload() throws IOException;

        /// @throws IOException if that is refused; the message says why
        Reload askForUpgrade() throws IOException;
    }

    Clients(Desk desk) {
        this.desk = desk;
    }

    /// Somebody has come who is no process of ours.
    void greet(MessageChannel client, MessageChannel.Peer peer) {
        if ((peer.uid() == Descriptors.user() || peer.uid() == 0) && clients.size() < CLIENTS_MAX) {
            clients.add(client);
        } else {
            client.close();
        }
    }

    /// Their channels, to wait for.
    List<Integer> descriptors() {
        return clients.stream().map(MessageChannel::fd).toList();
    }

    void close() {
        clients.forEach(MessageChannel::close);
    }

    /// Answers everybody who has asked.
    void hear() {
        List.copyOf(clients).forEach(this::hear);
    }

    private void hear(MessageChannel client) {
        for (Received received = client.receive(); received != null; received = client.receive()) {
            Descriptors.close(received.descriptors());
            if (received.isEnd()) {
                clients.remove(client);
                client.close();
                return;
            }
            Answer answer;
            try {
                answer = Message.of(received.bytes()) instanceof Ask(String what) ? answer(what, client) : null;
            } catch (IOException other) {
                answer = new Answer(1, String.valueOf(other.getMessage()));
            }
            if (answer != null) {
                client.send(answer.bytes());
            }
        }
    }

    private @Nullable Answer answer(String what, MessageChannel client) {
        return switch (what) {
            case STATUS -> new Answer(0, desk.status());
            case RELOAD -> {
                try {
                    desk.askForReload().answerTo(client);
                    yield null;
                } catch (IOException refused) {
                    yield new Answer(1, String.valueOf(refused.getMessage()));
                }
            }
            case UPGRADE -> {
                try {
                    desk.askForUpgrade().answerTo(client);
                    yield null;
                } catch (IOException refused) {
                    yield new Answer(1, String.valueOf(refused.getMessage()));
                }
            }
            default -> new Answer(1, "this master does not know '" + what + "'");
        };
    }
}
