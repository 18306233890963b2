package dev.partita.testing;

import dev.partita.limits.Counter;
import dev.partita.limits.Counts;
import dev.partita.limits.Limits;
import dev.partita.model.Amped;
import dev.partita.model.Sped;
import dev.partita.processes.lending.DistantWorker;
import dev.partita.processes.lending.ProcessCrew;
import dev.partita.processes.lending.SlotTransport;
import dev.partita.server.Division;
import dev.partita.server.Isolation;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import dev.partita.server.Tasks;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// AMPED in processes, all of it but the processes: master and workers are in one program, so that tests can see both, and
/// have no connection but the slots of the memory that they would share. What is about the processes themselves is tested where
/// there are some.
///
/// @param workers how many
record AmpedOverSlots(int workers) implements ServerModel {
    /// Over the first of Linux's own transports that works here; nothing where none does.
    static List<Under> all() {
        return Under.transports().stream()
                .filter(transport -> !transport.name().equals("nio"))
                .limit(Boolean.getBoolean("partita.processes.all") ? Long.MAX_VALUE : 1)
                .map(transport -> new Under(new AmpedOverSlots(2), transport))
                .toList();
    }

    @Override
    public Running start(Server server) throws IOException {
        var crew = new ProcessCrew(server);
        List<Running> running = new ArrayList<>();
        List<DistantWorker> distant = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            distant.add(crew.prepare());
            SlotTransport slots = SlotTransport.beside(server.transport(), distant.getLast());
            running.add(new Sped().start(server.transport(slots).limits(slots.limits(server.limits()))));
            crew.add(distant.getLast());
        }
        Server relay = crew.relay(server);
        for (SocketAddress each : server.addresses()) {
            relay = relay.listen(each);
        }
        Division division = Objects.requireNonNull(new Amped(workers).isolation(Isolation.PROCESSES).division());
        Running front = Objects.requireNonNull(division.front()).start(relay, crew);
        return new Both(this, front, running, crew, distant);
    }

    @Override
    public Tasks tasks() {
        return new Amped(workers).tasks();
    }

    /// The master and its workers.
    private record Both(AmpedOverSlots model, Running front, List<Running> serving, ProcessCrew crew,
            List<DistantWorker> distant) implements Running {
        @Override
        public Transport transport() {
            return front.transport();
        }

        @Override
        public Limits limits() {
            return front.limits();
        }

        @Override
        public List<SocketAddress> addresses() {
            return front.addresses();
        }

        @Override
        public List<SocketOptions.Outcome> socketOptions() {
            return front.socketOptions();
        }

        @Override
        public long count(Counter counter) {
            return counts().get(counter);
        }

        @Override
        public Counts counts() {
            Counts all = new Counts();
            for (Running each : serving) {
                all = all.plus(each.counts());
            }
            return ProcessCrew.together(front.counts(), all);
        }

        @Override
        public List<Level> loops() {
            return front.loops();
        }

        @Override
        public List<Level> queues() {
            return crew.levels();
        }

        @Override
        public boolean isAccepting() {
            return front.isAccepting();
        }

        @Override
        public void await() throws InterruptedException {
            front.await();
        }

        @Override
        public boolean await(Duration timeout) throws InterruptedException {
            return front.await(timeout);
        }

        @Override
        public boolean drain() {
            boolean clean = front.drain();
            endWorkers();
            return clean;
        }

        @Override
        public boolean isDraining() {
            return front.isDraining();
        }

        /// A worker that does not end is no thread's that could be killed.
        @Override
        public void abort() {
            serving.forEach(Running::abort);
            front.abort();
            endWorkers();
        }

        @Override
        public void close() {
            front.close();
            endWorkers();
        }

        private void endWorkers() {
            serving.forEach(Running::close);
            crew.end();
            distant.forEach(crew::lose);
        }
    }
}
