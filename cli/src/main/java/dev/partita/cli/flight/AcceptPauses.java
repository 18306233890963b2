package dev.partita.cli.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;

/// How often accepting has paused; once a second while a recording runs.
@Name("dev.partita.AcceptPauses")
@Label("Accept Pauses")
@Description("How often accepting has paused since the last of these events")
@Category("Partita")
@Period("1 s")
@StackTrace(false)
final class AcceptPauses extends Event {
    @Label("Connection Limit")
    long full;

    @Label("Out of Descriptors or Memory")
    long starved;

    @Label("Open Connections")
    long connections;
}
