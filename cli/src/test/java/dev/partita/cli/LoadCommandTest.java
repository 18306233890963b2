package dev.partita.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.cache.Memcached;
import dev.partita.cache.Settings;
import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.limits.Counter;
import dev.partita.model.Sped;
import dev.partita.server.Running;
import dev.partita.server.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `partita load` as somebody types it.
@Timeout(60)
class LoadCommandTest {
    @TempDir
    Path temporary;

    private static Running serve() throws IOException {
        Handler handler = Handler.neverBlocking((request, response) -> {
            if (request.path().equals("/missing")) {
                response.status(404);
            }
            response.text("Hello");
        });
        return Server.of(Http.serving(handler)).listen(0).run(new Sped());
    }

    @Test
    void showsWhatItCameToAndWritesItDown() throws Exception {
        Path json = temporary.resolve("result.json");
        Path log = temporary.resolve("latency.hlog");
        try (Running server = serve()) {
            Console console = Console.run("load", "http://127.0.0.1:" + server.port() + "/", "--rate", "200",
                    "--duration", "1s", "--warmup", "100ms", "--connections", "4", "--json", json.toString(),
                    "--histogram-log", log.toString());
            assertThat(console.out()).contains("open loop, 200 requests a second, poisson arrivals",
                    "requests     200: 200 served well, 0 failed", "rate         200.0 served a second", "p99.99",
                    "verdict      ");
            assertThat(console.err()).contains("warm-up", "measured").doesNotContain("\r");
            assertThat(console.exit()).isIn(0, LoadCommand.VOID); // as busy as the machine is
            assertThat(server.count(Counter.REQUESTS)).isEqualTo(220);
        }
        assertThat(json).content().contains("\"requests\" : 200", "\"p99.9\" : ", "\"void\" : ");
        assertThat(log).content().startsWith("#").contains("Interval_Compressed_Histogram");
    }

    @Test
    void aClosedLoopOfAMixCountsErrorsByKind() throws Exception {
        Path body = Files.writeString(temporary.resolve("body"), "some text");
        Path mix = Files.writeString(temporary.resolve("mix"), "# what users do\n5 GET /\n\n1 GET /missing\n1 POST / "
                + body.getFileName() + "\n");
        try (Running server = serve()) {
            Console console = Console.run("load", "http://localhost:" + server.port(), "--closed", "--connections", "2",
                    "--mix", mix.toString(), "--duration", "300ms", "--warmup", "0");
            assertThat(console.out()).contains("closed loop", "x status-4xx: status 4xx", "GET /missing", "POST /");
        }
    }

    @Test
    void asksACacheForKeysAndGivesItValues() throws Exception {
        try (Running server = Server.of(new Memcached(Settings.defaults())).listen(0)
                .run(new Sped())) {
            Console console = Console.run("load", "cache://127.0.0.1:" + server.port(), "--closed", "--connections",
                    "2", "--get-ratio", "0.5", "--value-bytes", "5000", "--keys", "100", "--keys-per-get", "20",
                    "--distribution", "zipf", "--duration", "300ms", "--warmup", "0");
            assertThat(console.out()).contains("closed loop", " 0 failed", " get\n", " set\n");
            assertThat(server.count(Counter.REQUESTS)).isPositive();
            assertThat(server.count(Counter.BAD_REQUESTS)).isZero();
        }
    }

    @Test
    void aResultThatSaysNothingIsVoidAndEndsWithThree() throws Exception {
        try (Running server = serve()) {
            Console console =
                    Console.run("load", "http://127.0.0.1:" + server.port() + "/missing", "--rate", "10000000",
                            "--duration", "200ms", "--warmup", "0", "--timeout", "200ms");
            assertThat(console.out()).contains("verdict      VOID: ", "the generator fell behind");
            assertThat(console.exit()).isEqualTo(3);
        }
    }

    @Test
    void aServerThatIsNotThereEndsWithOne() throws IOException {
        int port;
        try (Running server = serve()) {
            port = server.port();
        }
        Console console = Console.run("load", "http://127.0.0.1:" + port, "--rate", "10");
        assertThat(console.exit()).isEqualTo(1);
        assertThat(console.err()).isEqualTo("partita: cannot connect to 127.0.0.1:" + port
                + ": nobody answers there; start the server first\n");
    }

    @Test
    void saysWhichLineOfAMixIsWrong() throws IOException {
        Path mix = Files.writeString(temporary.resolve("mix"), "5 GET /\nGET /\n");
        Console console = Console.run("load", "http://127.0.0.1:1", "--closed", "--mix", mix.toString());
        assertThat(console.exit()).isEqualTo(2);
        assertThat(console.err()).startsWith(
                "partita: " + mix + ":2: 'GET /' is no request; a line is: weight method path [body-file]\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            load                                            | Missing required parameter: 'URL' | see partita load --help
            load http://127.0.0.1:1                         | say --rate N (open loop | or --closed
            load http://127.0.0.1:1 --rate 1 --closed       | --rate and --closed exclude each other | an open loop has a rate
            load http://127.0.0.1:1 --rate 0                | --rate is '0' | valid are 0.001 to 10000000 a second
            load http://127.0.0.1:1 --rate 1 --arrivals uni | there are no arrivals 'uni' | valid are poisson, constant
            load http://127.0.0.1:1 --rate 1 --duration 9x  | --duration is '9x' | valid are times such as 500ms, 10s, 2m or 1h
            load http://127.0.0.1:1 --rate 1 --duration 1ms | --duration 1ms: the duration in milliseconds is 1 | valid are 100 to 86400000
            load http://127.0.0.1:1 --rate 1 --pipeline 0   | --pipeline is '0' | valid are 1 to 1024
            load http://127.0.0.1:1 --rate 1 --threads 65   | 65 threads share 64 connections | each needs one
            load http://127.0.0.1:1 --rate 1 --transport x  | there is no transport 'x' | nio
            load http://127.0.0.1:1 --rate 1 --mix none     | --mix none: there is no such file | see partita load --help
            load http://127.0.0.1:1 --rate 1 --reply-end x  | --reply-end belongs to --raw | see partita load --help
            load http://192.0.2.1/ --rate 1                 | is not on this machine | --i-own-this-host
            load https://127.0.0.1/ --rate 1                | https is not there yet | http:// URL
            load ftp://127.0.0.1/ --rate 1                  | 'ftp://127.0.0.1/' is no URL of a server | http://127.0.0.1:8080/path
            load http://no.such.host.invalid --rate 1       | the host 'no.such.host.invalid' is not known here | see
            load tcp://127.0.0.1:1 --rate 1                 | 'tcp://127.0.0.1:1' is no URL of a server | http://
            load http://127.0.0.1:1 --rate 1 --raw pom.xml  | is no address for --raw | tcp://127.0.0.1:9000
            load cache://127.0.0.1:1 --rate 1 --mix x       | --mix, --raw and --reply-end do not go with cache:// | gets and sets
            load cache://127.0.0.1:1 --rate 1 --get-ratio 2 | the share of gets is 2.0 | valid are 0.0 to 1.0
            load cache://127.0.0.1:1 --rate 1 --keys x      | --keys is 'x' | valid are
            load cache://127.0.0.1:1 --rate 1 --distribution zip | there is no distribution 'zip'; did you mean zipf? | valid are uniform, zipf
            load cache:nowhere --rate 1                     | 'cache:nowhere' is no URL of a cache | cache://127.0.0.1:11211
            load http://127.0.0.1:1 --rate 1 --keys 5       | --keys belongs to a URL such as cache:// | see
            """)
    void saysWhatIsWrongAndWhatIsValid(String line, String wrong, String valid) {
        Console console = Console.run(line.split(" +", -1));
        assertThat(console.exit()).isEqualTo(2);
        assertThat(console.out()).isEmpty();
        assertThat(console.err()).startsWith("partita: ").contains(wrong, valid);
    }
}
