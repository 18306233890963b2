package dev.partita.cli;

import java.io.PrintStream;
import picocli.CommandLine.Command;

/// `partita models`: what each model is and when to choose it.
@Command(addMethodSubcommands = false, description = "Explains the server models: who does what, what each is strong and weak at.")
final class Models implements Runnable {
    private static final int WIDTH = 100;
    private static final int INDENT = 13;

    private final PrintStream out;

    Models(PrintStream out) {
        this.out = out;
    }

    @Override
    public void run() {
        var text = new StringBuilder(
                wrap("""
                        A server does three things: it accepts connections, it receives and sends, and it does the useful work. \
                        A server model says which thread does which.""",
                        WIDTH))
                .append("\n\n");
        for (ModelName name : ModelName.values()) {
            Profile profile = Profile.of(name);
            text.append(name.word()).append("  ").append(profile.longName()).append('\n');
            var columns = new Columns(INDENT);
            columns.add("", wrap(profile.idea(), WIDTH - INDENT));
            columns.add("  accepting", name.model().tasks().connections());
            columns.add("  io", name.model().tasks().io());
            columns.add("  work", name.model().tasks().work());
            columns.add("  strong at", wrap(profile.strong(), WIDTH - INDENT));
            columns.add("  weak at", wrap(profile.weak(), WIDTH - INDENT));
            columns.add("  options", profile.options());
            text.append(columns).append('\n');
        }
        text.append("Start one with: partita serve --model NAME\n");
        out.print(text);
    }

    /// The words behind a model's name.
    static String longName(ModelName name) {
        return Profile.of(name).longName();
    }

    /// Breaks a paragraph into lines.
    static String wrap(String text, int width) {
        var lines = new StringBuilder();
        int length = 0;
        for (String word : text.split(" ", -1)) {
            if (length > 0 && length + 1 + word.length() > width) {
                lines.append('\n');
                length = 0;
            } else if (length > 0) {
                lines.append(' ');
                length++;
            }
            lines.append(word);
            length += word.length();
        }
        return lines.toString();
    }

    /// A model in words; its threads are described by the model itself.
    private record Profile(String longName, String idea, String strong, String weak, String options) {
        static Profile of(ModelName name) {
            return switch (name) {
                case MP -> new Profile(
                        "Multi-Process (here: threads)",
                        "A master accepts and starts a thread for each connection. The thread goes in lock step: it"
                                + " reads, works, writes, and reads again, waiting where it has to wait.",
                        "simplicity; no connection ever waits for the work of another; code that blocks.",
                        "many connections: each costs a thread even while it is idle, and with many at work the system"
                                + " is busy switching between them.",
                        "--workers N: the most threads, so the most connections");
                case SPED -> new Profile(
                        "Single Process, Event-Driven",
                        "One event loop asks the kernel what has happened and does everything about it: it accepts,"
                                + " reads, works and writes.",
                        "short work: no thread switches, no queue, no lock; tens of thousands of connections.",
                        "long or uneven work: everybody waits until the loop comes round again; it uses one processor.",
                        "none");
                case SEDA -> new Profile(
                        "Staged Event-Driven Architecture",
                        "The work is cut into named stages with a bounded queue and threads each. Requests travel from"
                                + " stage to stage, in any order and in circles; the stage that is last sends the reply.",
                        "complex, slow work whose parts need threads and limits of their own; overload that shows where"
                                + " it happens.",
                        "short work: every queue on the way costs more than the work itself; many parts to reason about.",
                        "--workers N: threads for each stage; --loops N: network nodes");
                case AMPED -> new Profile(
                        "Asymmetric Multi-Process Event-Driven",
                        "A master does all the connection handling, reading and writing in an event loop. Work goes to"
                                + " the worker with the least to do, each with a queue of its own; the worker tells the"
                                + " master when the reply is ready.",
                        "work that is long, uneven or blocks: the network does not notice. As many threads as you say,"
                                + " whatever the number of connections.",
                        "short work: two hand-overs a request. What waits behind a long request stays behind it.",
                        "--workers N: workers");
                case SYMPED -> new Profile(
                        "SYmmetric Multi-Process Event-Driven",
                        "Several equal event loops, each of them a SPED with connections of its own. Who accepts is a"
                                + " choice: one acceptor that passes connections on, each loop for itself, or all from"
                                + " one listener.",
                        "what SPED is strong at, on every processor; never more threads at work than loops. The first"
                                + " choice where the work is short.",
                        "long or uneven work: a slow request holds up the others of its loop.",
                        "--workers N: loops; --accept hand-over|reuse-port|shared");
                case VT -> new Profile(
                        "Virtual Threads",
                        "A thread for each connection as in MP, in lock step as in MP, but a thread of the JVM's, which"
                                + " costs about as little as the connection itself. The article's readers asked for one"
                                + " tiny processor per connection; this comes close.",
                        "simple code that blocks (sleep, locks, sockets) with very many connections.",
                        "work that computes for long: it gets no time slice, and holds one of the few threads that carry"
                                + " all the virtual ones.",
                        "--loops N: pollers");
            };
        }
    }
}
