package dev.partita.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.lab.results.Results;
import dev.partita.lab.results.ResultsFile;
import dev.partita.lab.results.Trial.State;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `partita compare` as somebody types it, with the shortest runs there are.
@Timeout(120)
class CompareCommandTest {
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

    @Test
    void resultsAreShownAgainWithoutMeasuring() {
        Console console = Console.run("compare", "--from", "../lab/src/test/resources/results.json", "--out",
                folder.toString());

        assertThat(console.exit()).isZero();
        assertThat(console.out()).contains("Choose SPED", "   4  confirmed", "uniform short", "were void or failed",
                "Left out");
        assertThat(folder.resolve(ResultsFile.NAME)).exists();
    }
}
