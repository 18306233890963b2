package dev.partita.processes;

import dev.partita.linux.socket.MessageChannel;
import dev.partita.processes.Generation.Place;
import dev.partita.processes.Message.Handed;
import dev.partita.processes.Message.Serve;
import dev.partita.processes.WorkerProcess.State;
import dev.partita.processes.lending.DistantWorker;
import dev.partita.processes.lending.ProcessCrew;
import dev.partita.server.Division.Reach;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who works for a generation: starts the workers that it lacks, and gives those that are ready a place and the sockets that belong
/// to it. The supervisor's thread only.
final class Staffing {
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    /// Processes that start, or are not warm yet, at a time: more only slow each other down.
    private static final int STARTING_MAX = Math.max(2, 2 * PROCESSORS);
    /// The same while others serve: each takes about a processor, and the rest is for those.
    private static final int STARTING_BESIDE_MAX = Math.max(1, PROCESSORS / 2);

    private final SameProgram program;
    private Path controlPath;
    private final Sockets sockets;
    private final Runnable whenEnded;
    private final @Nullable ProcessCrew crew;

    /// @param controlPath where a worker finds its master
    /// @param whenEnded is told of the end of each, by some other thread
    /// @param crew whom the master lends to; null if it does not
    Staffing(SameProgram program, Path controlPath, Sockets sockets, Runnable whenEnded, @Nullable ProcessCrew crew) {
        this.crew = crew;
        this.program = program;
        this.controlPath = controlPath;
        this.sockets = sockets;
        this.whenEnded = whenEnded;
    }

    /// Workers that are started from now on find their master there.
    void moveControlTo(Path path) {
        controlPath = path;
    }

    /// Starts and places whom a generation needs.
    ///
    /// @param serves whether it is the one that serves
    /// @throws IOException if a process cannot be started; what there is has been placed
    void fill(Generation generation, boolean serves, long now) throws IOException {
        Plan plan = generation.plan;
        if (plan == null) {
            if (!serves) { // one that is to tell the plan; without a plan this process serves itself
                start(generation, 1, true, now);
            }
            return;
        }
        if (plan.reach() == Reach.PASSED_ALONE && serves) {
            addPlaces(generation, plan);
        }
        if (generation.mayBegin()) {
            if (!generation.begun) {
                generation.begun = true;
                sockets.spread(plan);
            }
            place(generation, plan);
        }
        long empty = generation.places.stream().filter(each -> each.worker == null).count();
        boolean isShort = empty > 0 && generation.mayBegin();
        start(generation, (int) empty + plan.spares(), !isShort, now);
    }

    /// @param beside whether others serve meanwhile, and all that have to
    private void start(Generation generation, int wanted, boolean beside, long now) throws IOException {
        int most = beside ? STARTING_BESIDE_MAX : STARTING_MAX;
        long coming = generation.count(State.STARTING) + generation.count(State.SPARE);
        long busy = generation.workers.stream().filter(WorkerProcess::isComingUp).count();
        while (coming < wanted && busy < most && generation.mayStart(now)) {
            generation.workers.add(WorkerProcess.start(program, controlPath, whenEnded));
            coming++;
            busy++;
        }
    }

    private static void addPlaces(Generation generation, Plan plan) {
        long idle = generation.places.stream().filter(each -> each.worker == null || !each.worker.busy).count();
        int wanted = Passing.hasRoom(generation) ? plan.atFirst() : 2 * plan.atFirst();
        while (idle < wanted && generation.places.size() < plan.count()) {
            generation.places.add(new Place(generation.places.size()));
            idle++;
        }
    }

    private void place(Generation generation, Plan plan) {
        for (Place each : generation.places) {
            WorkerProcess spare = each.worker == null ? generation.spare() : null;
            if (spare != null) {
                give(spare, each, plan);
            }
        }
    }

    private void give(WorkerProcess worker, Place place, Plan plan) {
        List<Handed> handed = new ArrayList<>();
        List<Integer> descriptors = new ArrayList<>();
        try {
            if (plan.isPassed()) {
                MessageChannel[] pair = MessageChannel.pair();
                worker.passing = pair[0];
                worker.passed = pair[1];
                handed.add(new Handed(plan.addresses().getFirst(), Handed.Kind.PASSED));
                descriptors.add(pair[1].fd());
            }
            ProcessCrew lends = crew;
            if (plan.isLent() && lends != null) {
                DistantWorker distant = lends.prepare();
                worker.lend(lends, distant);
                handed.add(new Handed(plan.addresses().getFirst(), Handed.Kind.SLOTS));
                handed.add(new Handed(plan.addresses().getFirst(), Handed.Kind.BELL));
                descriptors.addAll(Arrays.stream(distant.descriptors()).boxed().toList());
            }
            sockets.hand(plan, place.number, handed, descriptors);
        } catch (IOException noDescriptor) {
            worker.kill(String.valueOf(noDescriptor.getMessage()));
            return;
        }
        if (worker.tell(new Serve(place.number, handed),
                descriptors.stream().mapToInt(Integer::intValue).toArray())) {
            worker.state = State.PLACED;
            worker.placedAt = System.nanoTime();
            place.worker = worker;
        } else {
            worker.kill("it did not take its sockets");
        }
    }
}
