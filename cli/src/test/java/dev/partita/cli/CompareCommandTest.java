package dev.partita.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.partita.lab.compare.Comparing;
import dev.partita.lab.results.MachineCard;
import dev.partita.lab.results.Results;
import dev.partita.lab.results.ResultsFile;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.results.Trial.State;
import dev.partita.lab.results.WorkloadCard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `partita compare` as somebody types it, with the shortest runs there are.
@Timeout(120)
class CompareCommandTest {
    private static final Path SAMPLE = Path.of("../lab/src/test/resources/results.json");

    @TempDir
    Path folder;

    private Results results() throws IOException {
        return ResultsFile.read(folder.resolve(ResultsFile.NAME));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "", value = {
        "--models sped,spud                   | there is no model 'spud'; did you mean sped?",
        "--workloads shrot                    | there is no workload 'shrot'; did you mean short?",
        "--transport eepoll                   | there is no transport 'eepoll'; did you mean epoll?",
        "--slo p98=20ms                       | valid are p50, p90, p99 or p99.9, =, and a time, such as p99=20ms",
        "--repeat 2                           | --repeat is '2': valid are 3 to 100",
        "--claims 4,17                        | --claims is '17': valid are 1 to 16",
        "--quick --article                    | --quick and --article exclude each other",
        "--article --app a.B --app-path .     | --article and --app exclude each other",
        "--claims 4 --models sped             | --models is for workloads",
        "--claims 4 --isolation processes     | --isolation is for workloads",
        "--article --slo p99=20ms             | --slo is for workloads",
        "--article --transport nio,epoll      | the claims are examined over one transport",
        "--slo p99=6s                         | valid are times up to 5s",
        "--isolation process                  | there is no isolation 'process'; did you mean processes?",
        "--isolation processes --models sped  | none of sped has processes",
        "--transport epoll,epoll              | names epoll twice",
        "--within 5m30                        | valid are 30s to 24h, such as 90s or 10m",
        "--connections 5                      | --connections are those of your own class",
        "--url-path /                         | --url-path says what to ask the class of --app for",
        "--app a.B                            | --app a.B needs --app-path",
        "--app a.B --app-path no-such.jar     | there is no no-such.jar",
        "--app a.B --app-path .               | the class a.B is not in --app-path",
        "--app java.lang.Object --app-path .  | is neither a dev.partita.http.Handler nor a dev.partita.connection.Protocol",
        "--resume --out no-such-folder        | there is no no-such-folder/results.json to go on with",
        "http://example.org/                  | "})
    void refusesWhatCannotBeMeantAndSaysWhatIsValid(String arguments, String message) {
        Console console = Console.run(("compare " + arguments).split(" +", -1));

        assertThat(console.exit()).isEqualTo(2);
        assertThat(console.err()).contains(message == null ? "example.org" : message);
    }

    @Test
    void aServerThatDiesFailsItsTrialAndTheRestGoesOn() throws IOException {
        Console console = Console.run("compare", "--quick", "--models", "sped,symped", "--app",
                "dev.partita.cli.app.Dying", "--app-path", "target/test-classes", "--out", folder.toString());

        assertThat(console.exit()).isEqualTo(1);
        assertThat(console.out()).contains("gives no answer", "exit code 7", "the last words of a server");
        assertThat(results().trials()).isNotEmpty().allSatisfy(each -> {
            assertThat(each.state()).isEqualTo(State.FAILED);
            assertThat(each.reason()).contains("exit code 7");
            assertThat(each.lastLines()).contains("the last words of a server");
        });
        assertThat(results().leftOut()).anyMatch(each -> each.contains("did not serve it"));
    }

    @Test
    void aClassOfTheUsersHasTheHeapAndThePropertiesOfThisJvm(@TempDir Path temporary) throws Exception {
        List<String> command = new ArrayList<>(List.of("env", "PARTITA_JAVA_OPTIONS=-Xmx77m -Dlast.words=farewell"));
        command.addAll(Program.java("compare", "--quick", "--models", "sped", "--app", "dev.partita.cli.app.Dying",
                "--app-path", Path.of("target/test-classes").toAbsolutePath().toString(), "--out", folder.toString()));

        assertThat(Program.start(temporary, command).exit()).isEqualTo(1);
        assertThat(results().trials()).isNotEmpty()
                .allSatisfy(each -> assertThat(each.lastLines()).contains("farewell"));
        assertThat(results().machine().toString()).contains("-Xmx77m").doesNotContain("-Xmx90m");
    }

    /// Commands of that name that stand before the real ones.
    private static void command(Path folder, String name, String script) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void whatTheSystemRefusesIsSaidAndIsInNoFigure(@TempDir Path temporary) throws Exception {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1);
        Path bin = Files.createDirectory(temporary.resolve("bin"));
        command(bin, "taskset", "case \"$*\" in *-p*) exit 1;; esac");
        command(bin, "strace", "exit 1");
        List<String> command = new ArrayList<>(List.of("env", "PATH=" + bin + ":" + System.getenv("PATH")));
        command.addAll(Program.java("compare", "--quick", "--within", "30s", "--models", "sped", "--workloads", "short",
                "--slo", "p99=20ms", "--out", folder.toString()));
        Program.start(temporary, command).exit();

        assertThat(results().trials()).filteredOn(each -> each.protocol() == Protocol.P1).isNotEmpty()
                .allSatisfy(each -> {
                    assertThat(each.state()).isEqualTo(State.FAILED);
                    assertThat(each.reason()).contains("the server could not be tied to its processors");
                });
        assertThat(results().cells()).allSatisfy(each -> assertThat(each.p1()).isNull());
        assertThat(results().leftOut())
                .anyMatch(each -> each
                        .startsWith("System calls for a request were not counted for 1 server: strace may not"
                                + " attach"))
                .anyMatch(each -> each.startsWith("uniform short: the highest rate under p99=20ms"));
    }

    @Test
    void aHandlerThatIsSlowerThanAReplyMayBeIsToldSo() {
        Console console = Console.run("compare", "--quick", "--models", "mp", "--app", "dev.partita.cli.app.Slow",
                "--app-path", "target/test-classes", "--connections", "4", "--out", folder.toString());

        assertThat(console.exit()).isEqualTo(1);
        assertThat(console.out().replaceAll("\\s+", " "))
                .containsPattern("did not serve it: no request was served well.*;"
                        + " a reply has to come within 1.0 s, or twice the time of --slo.");
    }

    @Test
    void resultsAreShownAgainWithoutMeasuring() {
        Console console = Console.run("compare", "--from", SAMPLE.toString(), "--out", folder.toString());

        assertThat(console.exit()).isZero();
        assertThat(console.out()).contains("Choose SPED", "   4  confirmed", "uniform short", "were void or failed",
                "Left out");
        assertThat(folder.resolve(ResultsFile.NAME)).exists();
    }

    /// Such a run as the sample, made by an older version.
    private static Results made(MachineCard machine, List<WorkloadCard> workloads, String command) throws IOException {
        Results sample = ResultsFile.read(SAMPLE);
        return new Results(sample.schema(), sample.mode(), command, "0.0.1", "2000-01-01T00:00:00Z", sample.seconds(),
                false, null,
                machine, sample.models(), workloads, sample.advice(), sample.cells(), sample.trials(),
                sample.comparisons(),
                sample.claims(), sample.leftOut());
    }

    private Results leave(Results results) throws IOException {
        ResultsFile.write(results, folder.resolve(ResultsFile.NAME));
        return results;
    }

    @Test
    void whatAnOlderVersionHasMeasuredIsJudgedAnewAndNothingIsAdded() throws IOException {
        Results before = leave(made(Comparing.machineUnmeasured(Jvm.options("")), ResultsFile.read(SAMPLE).workloads(),
                "partita compare --quick"));

        Console console = Console.run("compare", "--quick", "--resume", "--out", folder.toString());

        assertThat(console.exit()).isZero();
        assertThat(console.err()).contains("Nothing is measured, since this Partita is not the one of that run")
                .doesNotContain("This will take");
        assertThat(results().trials()).isEqualTo(before.trials());
        assertThat(results().claims()).isEqualTo(before.claims());
        assertThat(results().version()).isEqualTo("0.0.1");
        assertThat(results().leftOut())
                .anyMatch(each -> each.contains("its trials are those of another build of Partita"));
    }

    @Test
    void aRunOfAnotherKindOnAnotherMachineIsNotGoneOnWith() throws IOException {
        Results before = leave(ResultsFile.read(SAMPLE));

        Console console = Console.run("compare", "--resume", "--out", folder.toString());

        assertThat(console.exit()).isEqualTo(2);
        assertThat(console.err()).contains("the kind of run: then a quick one, now a full one",
                "the servers' JVM: then -XX:+UseSerialGC -Xmx69632k, now ",
                "give --out another folder, or go on as it began: "
                        + before.command());
        assertThat(results()).isEqualTo(before);
    }

    @Test
    void aRunOfAHandlerThatWasCompiledSinceIsNotGoneOnWith() throws IOException {
        String app = "dev.partita.cli.app.Dying";
        String command = "compare --quick --app " + app + " --app-path target/test-classes";
        leave(made(Comparing.machineUnmeasured(Jvm.options(app)),
                List.of(new WorkloadCard("own", "", "", List.of(), 64, 0, 0, app)), "partita " + command));

        Console console = Console.run((command + " --resume --out " + folder).split(" +", -1));

        assertThat(console.exit()).isEqualTo(2);
        assertThat(console.err()).contains(app + " was compiled since").doesNotContain(", now ");
    }

    @Test
    void whatAnotherRunHasLeftIsSetAside() throws IOException {
        Results before = leave(made(ResultsFile.read(SAMPLE).machine(), List.of(), "partita compare"));
        Path aside = folder.resolve(ResultsFile.NAME + ".old");

        Console console = Console.run("compare", "--from", SAMPLE.toString(), "--out", folder.toString());

        assertThat(console.err()).containsOnlyOnce("is in results.json.old now");
        assertThat(ResultsFile.read(aside)).isEqualTo(before);
        assertThat(results()).isEqualTo(ResultsFile.read(SAMPLE));

        String own = folder.resolve(ResultsFile.NAME).toString();
        assertThat(Console.run("compare", "--from", own, "--out", folder.toString()).err()).isEmpty();
        assertThat(ResultsFile.read(aside)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "HUP"})
    void aRunThatIsStoppedAtOnceSaysSoAndWritesNothing(String signal, @TempDir Path temporary) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("env", "--default-signal=HUP", "sh", "-c", "exec \"$@\" 2>&1", "sh"));
        command.addAll(Program.java("compare", "--quick", "--models", "sped", "--out", folder.toString()));
        Program program = Program.start(temporary, command);

        program.line("This will take");
        new ProcessBuilder("kill", "-" + signal, Long.toString(program.process().pid())).start().waitFor();

        program.line("Stopped before anything was measured");
        assertThat(program.exit()).isZero();
        assertThat(folder).isEmptyDirectory();
    }
}
