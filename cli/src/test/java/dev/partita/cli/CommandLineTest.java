package dev.partita.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the command line accepts and how it refuses the rest: exit code 2, what is wrong, what is valid.
class CommandLineTest {
    @TempDir
    Path temporary;

    @Test
    void withoutACommandShowsTheCommandsAndFails() {
        Console console = Console.run();
        assertThat(console.exit()).isEqualTo(2);
        assertThat(console.out()).isEmpty();
        assertThat(console.err()).contains("serve", "models", "doctor").doesNotContain("train");
    }

    @Test
    void showsItsVersionAndThatOfJava() {
        Console console = Console.run("--version");
        assertThat(console.exit()).isZero();
        assertThat(console.out()).startsWith("partita ").contains("Java 2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve", "cache", "load", "compare", "models", "doctor"})
    void everyCommandHasAHelp(String command) {
        Console console = Console.run(command, "--help");
        assertThat(console.exit()).isZero();
        assertThat(console.out()).startsWith("Usage: partita " + command);
    }

    @Test
    void theHelpOfServeNamesEveryOptionAndItsDefault() {
        String help = Console.run("serve", "--help").out();
        assertThat(help).contains("--model", "--workers", "--loops", "--transport", "--accept", "--host", "--port",
                "--listen", "--connections-max", "--max-connections", "--root", "--symlinks", "--cache-control",
                "--listings", "--demo", "--work-per-micro",
                "--socket-option",
                "--pin-loops");
        assertThat(help.replaceAll("\\s+", " ")).contains("Default: symped.", "Default: auto.", "Default: reuse-port.",
                "Default: 127.0.0.1", "Default: 8080.", "Default: 10000;",
                "Default: the number of processors; 512 for mp; 4 times the processors for mp in processes.");
    }

    @Test
    void everyLimitIsAnOptionOfTheSameWords() {
        String help = Console.run("serve", "--help").out().replaceAll("\\s+", " ");
        for (String field : Limits.names()) {
            assertThat(help).contains(" " + LimitOptions.optionOf(field),
                    "=N " + LimitOptions.meaning(field) + " Default: "
                            + Limits.defaults().get(field) + "; valid are ");
        }
        assertThat(help).contains("--request-line-bytes-max=N", "--connections-max, --max-connections=N",
                "slower than --body-bytes-per-second-min (HTTP").doesNotContain("`");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            sevre                                   | there is no command 'sevre'; did you mean serve? | valid are serve, cache, status, reload, upgrade, load, compare, models, doctor
            serve --modle sped                      | there is no option '--modle'; did you mean --model? | see partita serve --help
            serve --max-conn=9                      | there is no option '--max-conn'; did you mean --max-connections? | see partita serve --help
            serve --what                            | there is no option '--what' | valid are --model, --workers, --loops
            serve --request-line-bytes              | there is no option '--request-line-bytes' | did you mean --request-line-bytes-max?
            serve --request-line-bytes-max 9        | --request-line-bytes-max is '9' | valid are 16 to 32768
            serve --body-bytes-max 1e6              | --body-bytes-max is '1e6' | valid are 0 to 9223372036854775807
            serve --buffer-bytes 5000               | --buffer-bytes is '5000' | it has to be a power of two
            serve --buffer-bytes 131072             | --buffer-bytes-max is 65536 | valid are 131072 to 16777216
            serve --drain-millis 99999999999        | --drain-millis is '99999999999' | valid are 0 to 3600000
            serve extra                             | 'extra' was not expected | serve has options only
            serve --model simped                    | there is no model 'simped'; did you mean symped? | mp, sped, seda, amped, symped, vt
            serve --model SPED                      | there is no model 'SPED'; did you mean sped? | mp, sped, seda, amped, symped, vt
            serve --model sped --workers 2          | the model sped has no --workers; it has no options of its own | belongs to mp, seda, amped, symped
            serve --model amped --loops 2           | the model amped has no --loops; it has --workers | belongs to seda, vt
            serve --model vt --accept shared        | the model vt has no --accept; it has --loops | belongs to symped
            serve --model symped --loops 1          | the model symped has no --loops; it has --workers and --accept | belongs to seda, vt
            serve --accept handover                 | there is no accept policy 'handover'; did you mean hand-over? | hand-over, reuse-port, shared
            serve --workers 0                       | --workers is '0' | valid are 1 to 1024
            serve --model mp --workers 30001        | --workers is '30001' | valid are 1 to 30000
            serve --max-connections many            | --connections-max is 'many' | valid are 1 to 1000000
            serve --transport epol                  | there is no transport 'epol' | valid are auto, epoll, uring, nio
            serve --port 65536                      | --port is '65536' | valid are 0 to 65535
            serve --port                            | Missing required parameter for option '--port' | see partita serve --help
            serve --port --demo                     | Expected parameter for option '--port' | '--demo'
            serve --port 1 --listen 2               | --port and --listen exclude each other | --listen HOST:PORT
            serve --host ::1 --listen 2             | --host and --listen exclude each other | --listen HOST:PORT
            serve --listen ::1:80                   | '::1:80' is no address to listen on | 8080, 127.0.0.1:8080, [::1]:8080 or unix:PATH
            serve --listen web                      | 'web' is no address to listen on | 8080, 127.0.0.1:8080, [::1]:8080 or unix:PATH
            serve --listen 127.0.0.1:70000          | the port of '127.0.0.1:70000' is out of range | valid are 0 to 65535
            serve --listen unix:                    | the path of unix: has 0 bytes | valid are 1 to 107
            serve --listen 8080 --listen 8080       | --listen 8080 is given twice | see partita serve --help
            serve --host no.such.host.invalid       | the host 'no.such.host.invalid' is not known here | 127.0.0.1
            serve --work-per-micro 400              | only --demo serves | give both or neither
            serve --demo --work-per-micro 0         | --work-per-micro is '0' | valid are 1 to 100000
            serve --symlinks never                  | --symlinks is about the files of a folder | --root DIR
            serve --listings                        | --listings is about the files of a folder | --root DIR
            serve --cache-control *=no-cache        | --cache-control is about the files of a folder | --root DIR
            serve --root . --symlinks nevr          | --symlinks nevr: valid are never, inside, always | did you mean never?
            serve --root . --cache-control *.css    | --cache-control *.css: this is no PATTERN=VALUE | *.css=max-age=3600
            serve --root . --cache-control {=a      | --cache-control {=a: pattern "{" | *.css, assets/**
            serve --app-path target/test-classes --app dev.partita.cli.app.Dying --check --listings | --listings is about the files of a folder | --root DIR
            serve --app-path target/test-classes --app dev.partita.cli.app.Dying --check --symlinks never | --symlinks is about the files of a folder | --root DIR
            serve --app-path target/test-classes --app dev.partita.cli.app.Dying --check --work-per-micro 9 | only --demo serves | give both or neither
            serve --app-path target/test-classes --app dev.partita.cli.app.Echo --check --access-log - | --access-log is for HTTP | a protocol of its own
            serve --socket-option tcp-nodely=on     | there is no socket option 'tcp-nodely' | did you mean tcp-nodelay?
            serve --socket-option tcp-fastopen      | socket option 'tcp-fastopen' has no value | name=value
            serve --socket-option tcp-nodelay=maybe | tcp-nodelay has the value 'maybe' | valid is on or off
            """)
    void saysWhatIsWrongAndWhatIsValid(String line, String wrong, String valid) {
        Console console = Console.run(line.split(" +", -1));
        assertThat(console.exit()).isEqualTo(2);
        assertThat(console.out()).isEmpty();
        assertThat(console.err()).startsWith("partita: ").contains(wrong, valid);
        assertThat(console.err().lines()).as("lines").hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void refusesARootThatIsNoFolder() throws IOException {
        Path file = Files.createFile(temporary.resolve("file"));
        Path missing = temporary.resolve("missing");
        Console noFolder = Console.run("serve", "--root", file.toString());
        assertThat(noFolder.exit()).isEqualTo(2);
        assertThat(noFolder.err()).startsWith("partita: --root " + file + ": this is no folder\n");
        Console nothing = Console.run("serve", "--root", missing.toString());
        assertThat(nothing.exit()).isEqualTo(2);
        assertThat(nothing.err()).startsWith("partita: --root " + missing + ": there is no such folder\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            serve --root a@b --check
            serve --app java.lang.Object --app-path a@b
            serve --access-log a@b --check
            status --control a@b
            cache -P a@b --check
            cache -Y a@b --check
            cache -s a@b --check
            """)
    void refusesWhatIsNoPath(String line) {
        Console console = Console.run(line.replace('@', '\0').split(" "));
        assertThat(console.exit()).isEqualTo(2);
        assertThat(console.err()).contains("Nul character not allowed").doesNotContain("should not happen");
    }

    @Test
    void explainsEveryModel() {
        Console console = Console.run("models");
        assertThat(console.exit()).isZero();
        for (ModelName model : ModelName.values()) {
            assertThat(console.out()).contains("\n" + model.word() + "  ");
        }
        assertThat(console.out().lines()).filteredOn(line -> line.startsWith("  strong at")).hasSize(6);
        assertThat(console.out().lines()).filteredOn(line -> line.startsWith("  weak at")).hasSize(6);
        assertThat(console.out().lines()).allMatch(line -> line.length() <= 100);
    }

    @Test
    void theDoctorTriesEveryTransportAndOption() {
        Console console = Console.run("doctor");
        assertThat(console.exit()).isZero();
        assertThat(console.out()).contains("processors", "open files", "backlog", "congestion control", "nio works",
                "to change");
        for (String option : Doctor.optionNames()) {
            assertThat(console.out()).containsPattern("\n  " + option + "=\\S+ +(applied|refused|not available)");
        }
    }
}
