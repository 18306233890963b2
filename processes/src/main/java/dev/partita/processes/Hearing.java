package dev.partita.processes;

import dev.partita.limits.Counts;
import dev.partita.linux.socket.Descriptors;
import dev.partita.linux.socket.MessageChannel;
import dev.partita.linux.socket.MessageChannel.Received;
import dev.partita.processes.Message.Beat;
import dev.partita.processes.Message.Bye;
import dev.partita.processes.Message.Hello;
import dev.partita.processes.WorkerProcess.State;
import java.io.IOException;

/// What workers say to their master: that they are ready, that they live and what they have counted, that they are about to end.
/// One that says anything else is killed. The supervisor's, under its lock.
final class Hearing {
    private final Generations generations;
    private final News news;

    /// Who wants to know what a worker says of itself before it serves.
    interface News {
        /// It is ready, and has told what its generation is to do.
        void onReady(WorkerProcess worker, Plan plan);

        /// Its own request was not answered well.
        void onDoubt(WorkerProcess worker, String doubt);
    }

    Hearing(Generations generations, News news) {
        this.generations = generations;
        this.news = news;
    }

    /// Hears all that a worker has said.
    void hear(WorkerProcess worker) {
        Passing.hear(worker);
        MessageChannel channel = worker.channel;
        while (channel != null) {
            Received received = channel.receive();
            if (received == null) {
                return;
            }
            Descriptors.close(received.descriptors());
            worker.heardAt = System.nanoTime();
            if (received.isEnd()) {
                channel.close();
                worker.channel = null;
                worker.endBy = Math.min(worker.endBy, worker.heardAt + Liveness.STUCK_NANOS);
                return;
            }
            try {
                understand(worker, Message.of(received.bytes()));
            } catch (IOException other) {
                worker.kill(String.valueOf(other.getMessage()));
                return;
            }
        }
    }

    private void understand(WorkerProcess worker, Message message) {
        switch (message) {
            case Hello(Plan plan, String doubt) when worker.state == State.STARTING -> {
                worker.state = State.SPARE;
                hearDoubt(worker, doubt);
                news.onReady(worker, plan);
            }
            case Beat(boolean serving, boolean accepting, Counts counts, boolean warm, String doubt) -> {
                if (warm && !worker.isWarm()) {
                    worker.becomesWarm();
                    hearDoubt(worker, doubt);
                }
                worker.counts = counts;
                worker.accepting = accepting;
                worker.busy &= Passing.isAlone(generations.of(worker)); // the others are asked again when they are heard of
                if (serving && worker.state == State.PLACED) {
                    worker.state = State.SERVING;
                    worker.servingSince = System.nanoTime();
                }
            }
            case Bye(Counts counts) -> worker.counts = counts;
            default -> worker.kill("it said what no worker says");
        }
    }

    private void hearDoubt(WorkerProcess worker, String doubt) {
        if (!doubt.isEmpty()) {
            news.onDoubt(worker, doubt);
        }
    }
}
