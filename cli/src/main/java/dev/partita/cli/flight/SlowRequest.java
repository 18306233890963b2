package dev.partita.cli.flight;

import dev.partita.connection.Timeline;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/// A request that took longer than was asked to be told of, when it is over.
@Name("dev.partita.SlowRequest")
@Label("Slow Request")
@Description("A request that took long, and where its time went")
@Category("Partita")
@StackTrace(false)
final class SlowRequest extends Event {
    @Label("Request")
    String request = "";

    @Label("Client")
    String client = "";

    @Label("Status")
    int status;

    @Label("Bytes Sent")
    @DataAmount
    long bytes;

    @Label("Whole")
    @Description("False if the reply was given up")
    boolean whole;

    @Label("Took")
    @Timespan
    long took;

    @Label("Accept Wait")
    @Timespan
    long acceptWait;

    @Label("Loop Lag")
    @Timespan
    long loopLag;

    @Label("Queue Wait")
    @Timespan
    long queueWait;

    @Label("Work")
    @Timespan
    long work;

    @Label("Write Wait")
    @Timespan
    long writeWait;

    /// Takes the times over.
    SlowRequest of(Timeline times) {
        bytes = times.bytes();
        whole = times.isWhole();
        took = times.durationNanos();
        acceptWait = times.acceptWaitNanos();
        loopLag = times.loopLagNanos();
        queueWait = times.queueWaitNanos();
        work = times.workNanos();
        writeWait = times.writeWaitNanos();
        return this;
    }
}
