package dev.partita.cli;

import dev.partita.http.AccessLog;
import dev.partita.limits.Limits;
import dev.partita.server.Running;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `partita serve`: checks what was asked for, starts the server, and waits to be ended.
@Command(addMethodSubcommands = false, sortOptions = false, abbreviateSynopsis = true, description = """
        Serves HTTP under a server model of your choice, until Ctrl-C.""", exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
    "0:all is well, also after a drain",
    "1:the system refused something, such as a port in use, also to --check",
    "2:the command line or the configuration file is wrong",
    "130:a second SIGINT did",
    "143:a second SIGTERM did"}, footer = {
        """

                Signals:""", Ending.RELOADING_SIGNALS, """

                With neither --root nor --demo it serves a small site that explains the models."""})
final class Serve implements Callable<Integer> {
    private static final int PORT = 8080;

    private final PrintStream out;
    private final PrintStream err;

    @Mixin
    private final ServerOptions server = new ServerOptions(Limits.defaults());

    @Mixin
    private final IsolationOptions isolation = new IsolationOptions();

    @Mixin
    private final AddressOptions addresses = new AddressOptions(PORT);

    @Mixin
    private final AccessLogOptions accessLog = new AccessLogOptions();

    @Mixin
    private final FileOptions files = new FileOptions();

    @Mixin
    private final HttpOptions http = new HttpOptions();

    @Option(names = "--demo", description = """
            Serves what measurements need: /plaintext, /json, POST /echo, /work?micros=N, /sleep?millis=N, \
            /stream?bytes=N, /garbage?bytes=N, /stages. Other paths answer 'Hello, World!', or with --root its files.""")
    private boolean demo;

    @Option(names = "--work-per-micro", paramLabel = "N", description = """
            With --demo: rounds of /work that take a microsecond. Default: measured once for each machine.""")
    private @Nullable String workPerMicro;

    @Mixin
    private final AppOptions app = new AppOptions();

    @Option(names = "--plant-millis", paramLabel = "N", hidden = true, description = """
            With --demo: waits that long before each request, so that tests of the lab see a verdict change.""")
    private @Nullable String plantMillis;

    Serve(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /// Gets to know the file that some of the options stand in.
    void configuredBy(ConfigFile file) {
        server.configuredBy(file);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Plan plan = plan();
        if (server.isCheck()) {
            tryLog(plan);
        }
        Integer instead = server.insteadOfStarting(plan.setup(), out, err);
        if (instead != null) {
            return instead;
        }
        var ending = new Ending(out, err); // before the first connection can be lost
        return serve(plan, ending, ending::await);
    }

    /// What a server is run for.
    interface Duty {
        /// Returns the exit code when the server has ended.
        int of(Running running) throws IOException, InterruptedException;
    }

    /// Starts the server and all that belongs to it.
    int serve(Plan plan, Ending ending, Duty duty) throws IOException, InterruptedException {
        try (AccessLog log = openLog(plan); // behind the server: no line is lost
                Running running = plan.start(log);
                AdminListener admin = plan.setup().admin().start(running)) {
            ending.serves(running);
            accessLog.alsoIn(running);
            running.whenSuperseded(() -> {
                admin.stop(); // its socket is the other process's too: who asks there is to get that one's answer
                ending.leave();
            });
            announce(plan, running);
            return duty.of(running);
        }
    }

    /// Finds out whether the access log can be opened.
    private void tryLog(Plan plan) {
        AccessLog log = openLog(plan);
        if (log != null) {
            log.close();
        }
    }

    /// Opens the access log that was asked for; null if none was.
    @Nullable AccessLog openLog(Plan plan) {
        return accessLog.open(plan.setup());
    }

    /// Tells everything that is known once the server runs, in one write, and then measures what is not known yet.
    private void announce(Plan plan, Running running) {
        plan.warning().ifPresent(warning -> say(err, warning + System.lineSeparator()));
        say(out, Announcement.of(plan.setup(), running, plan.content()::describe));
        plan.content().warmUp().ifPresent(finding -> say(out, finding + System.lineSeparator()));
    }

    /// Nobody has to read it: after an upgrade the output may be a pipe that is full.
    private static void say(PrintStream stream, String words) {
        boolean _ = Ending.takesWords("words", () -> {
            stream.print(words);
            stream.flush();
        });
    }

    private Content content() {
        Content own = app.content();
        if (own != null && (demo || files.folder() != null)) {
            throw new Mistake("--app serves your own class; it excludes --demo and --root");
        }
        Content other = Content.of(files, demo, workPerMicro, // refuses what belongs to --demo or --root
                plantMillis == null ? 0 : (int) Typed.number("--plant-millis", plantMillis, 1, 10_000));
        return own == null ? other : own;
    }

    /// What was asked for.
    ///
    /// @throws Mistake if it cannot be
    Plan plan() {
        Content content = content();
        if (isolation.isProcesses()) {
            server.inProcesses();
        }
        accessLog.requireHttp(content.protocol());
        return new Plan(isolation.around(server.setup(addresses.addresses())), content,
                http.applyTo(content.protocol()));
    }
}
