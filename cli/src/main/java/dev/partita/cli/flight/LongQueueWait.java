package dev.partita.cli.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/// A request that waited in queues longer than was asked to be told of, when it is over.
@Name("dev.partita.QueueWait")
@Label("Long Queue Wait")
@Description("A request that waited long in the queues of workers or stages")
@Category("Partita")
@StackTrace(false)
final class LongQueueWait extends Event {
    @Label("Waited")
    @Timespan
    long waited;

    @Label("Work")
    @Timespan
    long work;
}
