package dev.partita.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The launcher `./partita`, in a checkout of its own whose Maven and JDK are scripts that write down how they were called.
/// So each test takes milliseconds, and none depends on what is installed.
@Timeout(60)
class LauncherTest {
    /// The programs that the launcher calls; the PATH of the tests holds nothing else, above all no other Maven or Java.
    private static final List<String> TOOLS =
            List.of("sh", "cat", "cp", "date", "find", "flock", "grep", "head", "mkdir",
                    "mv", "readlink", "rm", "setsid", "tail", "timeout", "touch", "true");

    private static final Path TOOLBOX = Path.of("target/launcher-tools").toAbsolutePath();

    @TempDir
    Path temporary;

    private Path checkout;
    private Path bin;
    private Path jdk;
    private final Map<String, String> environment = new HashMap<>();

    @BeforeAll
    static void gathersTheTools() throws IOException {
        Files.createDirectories(TOOLBOX);
        for (String tool : TOOLS) {
            Path link = TOOLBOX.resolve(tool);
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, find(tool));
        }
    }

    @BeforeEach
    void makesACheckout() throws IOException {
        checkout = Files.createDirectories(temporary.resolve("check out"));
        bin = Files.createDirectories(temporary.resolve("bin"));
        jdk = jdk("jdk-25", "25.0.1");
        Files.copy(projectRoot().resolve("partita"), checkout.resolve("partita"));
        executable(checkout.resolve("partita"), Files.readString(checkout.resolve("partita")));
        for (String source : List.of("pom.xml", "core/pom.xml", "core/src/main/java/A.java",
                "core/src/test/java/T.java",
                "cli/pom.xml", "cli/src/main/java/B.java", "examples/pom.xml", "examples/src/main/java/C.java")) {
            Path file = checkout.resolve(source);
            Files.createDirectories(file.getParent());
            Files.createFile(file);
        }
        ageEverything();
        executable(bin.resolve("mvn"), """
                #!/bin/sh
                echo "$PWD|$JAVA_HOME|$*" >> "%1$s/maven-calls"
                while [ -e "%1$s/maven-waits" ]; do :; done
                if [ -e "%1$s/maven-fails" ]; then echo "[INFO] starts"; echo "[ERROR] A.java: no"; exit 1; fi
                mkdir -p cli/target/launcher/lib
                echo core > cli/target/launcher/lib/core.jar
                echo cli > cli/target/launcher/partita-cli-1.jar
                """.formatted(temporary));
        environment.put("PATH", bin + ":" + TOOLBOX);
        environment.put("JAVA_HOME", jdk.toString());
        environment.put("HOME", temporary.toString());
    }

    @Test
    void buildsOnceAndSaysSoInOneLine() throws Exception {
        Run first = run("serve");
        assertThat(first.exit).isZero();
        assertThat(first.err).matches("building partita \\(.*\\) \\.\\.\\. done in \\d+ s\n");
        assertThat(mavenCalls()).singleElement().asString()
                .startsWith(checkout + "|" + jdk + "|")
                .endsWith("-pl cli -am package");

        Run second = run("serve");
        assertThat(second.err).isEmpty();
        assertThat(mavenCalls()).hasSize(1);
    }

    @Test
    void buildsAgainWhenASourceOrAPomIsNewerOrASourceIsGone() throws Exception {
        run("serve");
        touch("core/src/main/java/A.java");
        assertThat(run("serve").err).startsWith("building partita ... done");
        touch("cli/pom.xml");
        run("serve");
        Files.delete(checkout.resolve("core/src/main/java/A.java"));
        run("serve");
        assertThat(mavenCalls()).hasSize(4);
        run("serve");
        assertThat(mavenCalls()).hasSize(4);
    }

    @Test
    void doesNotBuildForATestOrAnExample() throws Exception {
        run("serve");
        touch("core/src/test/java/T.java");
        touch("examples/src/main/java/C.java");
        run("serve");
        assertThat(mavenCalls()).hasSize(1);
    }

    @Test
    void keepsTheJarsOfTheServerThatMayStillRun() throws Exception {
        List<Path> builds = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            builds.add(Path.of(run("serve").modulePath().getFirst()).getParent());
            touch("pom.xml");
        }
        assertThat(builds).doesNotHaveDuplicates();
        assertThat(builds.get(0)).doesNotExist();
        assertThat(builds.get(1)).exists();
        assertThat(builds.get(2)).exists();
    }

    @Test
    void saysWhatFailedAndWhereTheLogIsAndBuildsAgainNextTime() throws Exception {
        Path fails = Files.createFile(temporary.resolve("maven-fails"));
        Run failed = run("serve");
        assertThat(failed.exit).isEqualTo(1);
        assertThat(failed.err).contains("failed\n", "[ERROR] A.java: no", "its log is " + log())
                .doesNotContain("[INFO]");
        assertThat(log()).content().contains("[INFO] starts");
        Files.delete(fails);
        assertThat(run("serve").exit).isZero();
    }

    @Test
    void saysInOneSentenceThatMavenIsTooOld() throws Exception {
        executable(bin.resolve("mvn"), """
                #!/bin/sh
                echo "[ERROR] Rule 0: org.apache.maven.enforcer.rules.version.RequireMavenVersion failed with message:"
                echo "[ERROR] Partita builds with Maven 3.8.7 or newer; this is Maven 3.6.3."
                echo "[ERROR] -> [Help 1]"
                exit 1
                """);
        Run run = run("serve");
        assertThat(run.exit).isEqualTo(1);
        assertThat(run.err)
                .endsWith("failed\npartita: Partita builds with Maven 3.8.7 or newer; this is Maven 3.6.3.\n")
                .doesNotContain("[ERROR]");
    }

    @Test
    void usesPicocliAsItCameWhereItCannotBeCompiledAgain() throws Exception {
        Files.createDirectories(checkout.resolve("cli/target/launcher/picocli"));
        Files.createFile(checkout.resolve("cli/target/launcher/picocli/core-sources.jar"));
        Run run = run("serve");
        assertThat(run.err).contains("done in").hasLineCount(1);
        assertThat(run.modulePath()).anyMatch(jar -> jar.endsWith("/core.jar"));
    }

    @Test
    void oneBuildAtATimeAndTheOtherStartWaitsForIt() throws Exception {
        Path waits = Files.createFile(temporary.resolve("maven-waits"));
        Process first = start(checkout, "./partita", "serve");
        while (!Files.exists(temporary.resolve("maven-calls"))) {
            Thread.onSpinWait();
        }
        Process second = start(checkout, "./partita", "serve");
        assertThat(second.errorReader().readLine()).isEqualTo("partita: waiting for another build ...");
        Files.delete(waits);
        assertThat(first.waitFor()).isZero();
        assertThat(second.waitFor()).isZero();
        assertThat(mavenCalls()).hasSize(1);
    }

    @Test
    void saysThatMavenIsMissing() throws Exception {
        Files.delete(bin.resolve("mvn"));
        Run run = run("serve");
        assertThat(run.exit).isEqualTo(1);
        assertThat(run.err).contains("Maven (mvn) is not on the PATH").hasLineCount(1);
    }

    @Test
    void needsNoMavenWhenItIsBuilt() throws Exception {
        run("serve");
        Files.delete(bin.resolve("mvn"));
        assertThat(run("serve").exit).isZero();
    }

    @Test
    void becomesTheJvm() throws Exception {
        run("serve");
        Process process = start(checkout, "./partita", "serve");
        Run run = new Run(process);
        assertThat(run.lines("pid")).containsExactly(Long.toString(process.pid()));
    }

    @Test
    void startsTheMainModuleFromJarsWithTheRightToNativeCalls() throws Exception {
        Run run = run("serve");
        assertThat(run.modulePath()).hasSize(2).allMatch(jar -> jar.endsWith(".jar") && Files.exists(Path.of(jar)));
        assertThat(run.arguments()).contains("-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders",
                "--enable-native-access=dev.partita.linux");
        assertThat(run.afterMain()).containsExactly("serve");
    }

    @Test
    void passesArgumentsAsTheyAreAndStaysInTheWorkingDirectory() throws Exception {
        Path elsewhere = Files.createDirectories(temporary.resolve("some where"));
        Run run = new Run(start(elsewhere, "../check out/partita", "serve", "--root", "a folder", "", "*", "$x"));
        assertThat(run.lines("cwd")).containsExactly(elsewhere.toString());
        assertThat(run.afterMain()).containsExactly("serve", "--root", "a folder", "", "*", "$x");
    }

    @Test
    void startsThroughSymbolicLinks() throws Exception {
        Path links = Files.createDirectories(temporary.resolve("links"));
        Files.createSymbolicLink(links.resolve("one"), Path.of("../check out/partita"));
        Files.createSymbolicLink(links.resolve("two"), Path.of("one"));
        Files.createSymbolicLink(bin.resolve("partita"), links.resolve("two"));
        assertThat(new Run(start(links, "./two", "serve")).exit).isZero();
        assertThat(new Run(start(links, "sh", "two", "serve")).exit).isZero();
        assertThat(new Run(start(temporary, "partita", "serve")).exit).isZero();
        assertThat(mavenCalls()).hasSize(1);
    }

    @Test
    void startsWithItsStandardStreamsClosed() throws Exception {
        run("serve");
        Run noInput = new Run(start(checkout, "sh", "-c", "exec ./partita serve <&-"));
        assertThat(noInput.lines("input")).containsExactly("open");
        assertThat(new Run(start(checkout, "sh", "-c", "exec ./partita serve >&- 2>&-")).exit).isZero();
    }

    @Test
    void sizesTheHeapByTheConnectionLimit() throws Exception {
        assertThat(run("serve").heap()).isEqualTo(heap(10_000));
        assertThat(run("serve", "--max-connections", "1000").heap()).isEqualTo(heap(1000));
        assertThat(run("serve", "--max-connections=0900000", "--port", "1").heap()).isEqualTo(heap(900_000));
        assertThat(run("serve", "--connections-max", "2000").heap()).isEqualTo(heap(2000));
        assertThat(run("serve", "--max-connections", "many").heap()).isEqualTo(heap(10_000));
        assertThat(run("serve", "--max-connections").heap()).isEqualTo(heap(10_000));
        assertThat(run("serve", "--", "--max-connections", "7").heap()).isEqualTo(heap(10_000));
    }

    @Test
    void leavesFastReflectionToAClassOfTheUsersOwn() throws Exception {
        String quickToStart = "-Djdk.reflect.useNativeAccessorOnly=true";
        assertThat(run("serve").arguments()).contains(quickToStart);
        assertThat(run("serve", "--app", "a.B").arguments()).doesNotContain(quickToStart);
        assertThat(run("compare", "--quick", "--app=a.B").arguments()).doesNotContain(quickToStart);
        Path config = temporary.resolve("own.properties");
        Files.writeString(config, "port=1\napp = a.B\n");
        assertThat(run("serve", "--connections-max", "7", "--config", config.toString()).arguments())
                .doesNotContain(quickToStart);
    }

    @Test
    void sizesTheHeapByTheConnectionLimitOfAConfigurationFile() throws Exception {
        Path config = temporary.resolve("a file.properties");
        for (String line : List.of("connections-max=3000", "max-connections = 3000\n",
                "model=vt\n  connections-max: 3000", "connections-max\t3000\nport\t1",
                "connections-max=3000\r\nport=1\r\n")) {
            Files.writeString(config, line);
            assertThat(run("serve", "--config", config.toString()).heap()).as(line).isEqualTo(heap(3000));
            assertThat(run("serve", "--config=" + config, "--max-connections", "9").heap()).isEqualTo(heap(9));
        }
        Files.writeString(config, "# connections-max=3000\nconnections-max=many");
        assertThat(run("serve", "--config", config.toString()).heap()).isEqualTo(heap(10_000));
        assertThat(run("serve", "--config", "missing").heap()).isEqualTo(heap(10_000));
    }

    @Test
    void sizesTheHeapByWhatTheLogAndTheFilesMayTake() throws Exception {
        int gigabyte = 9 << 17; // KiB, with an eighth more
        assertThat(run("serve", "--access-log-bytes-max", "1073741824").heap()).isEqualTo(heap(10_000, gigabyte));
        Path config = temporary.resolve("large.properties");
        Files.writeString(config, "access-log-bytes-max=1073741824\nfile-cache-bytes-max=1073741824\n");
        assertThat(run("serve", "--config", config.toString()).heap()).isEqualTo(heap(10_000, 2 * gigabyte));
        assertThat(run("serve", "--config", config.toString(), "--file-cache-bytes-max=0").heap())
                .isEqualTo(heap(10_000, gigabyte));
        assertThat(run("serve", "--file-cache-bytes-max", "1073741825").heap()).isEqualTo(heap(10_000));
    }

    @Test
    void sizesACachesHeapByItsOptionsAndByThoseOfAFile() throws Exception {
        assertThat(run("cache").heap()).isEqualTo(heap(1_024, 64 * 1_792));
        assertThat(run("cache", "-vm100", "-c", "2000").heap()).isEqualTo(heap(2_000, 100 * 1_792));
        Path config = temporary.resolve("cache.properties");
        Files.writeString(config, "memory-limit=100\nconn-limit = 2000\n");
        assertThat(run("cache", "--config", config.toString()).heap()).isEqualTo(heap(2_000, 100 * 1_792));
        assertThat(run("cache", "-m", "64", "--config=" + config, "--connections-max", "9").heap())
                .isEqualTo(heap(9, 64 * 1_792));
        assertThat(run("serve", "--config", config.toString()).heap()).isEqualTo(heap(10_000));
    }

    @Test
    void aCacheBecomesTheUserOfAFile() throws Exception {
        executable(bin.resolve("id"), "#!/bin/sh\necho 0\n");
        executable(bin.resolve("setpriv"), """
                #!/bin/sh
                echo "setpriv $1"
                while [ "$1" != "${1#--}" ]; do shift; done
                exec "$@"
                """);
        Path config = temporary.resolve("user.properties");
        Files.writeString(config, "user=somebody\n");
        assertThat(run("cache", "--config", config.toString()).lines("setpriv")).containsExactly("--reuid=somebody");
        assertThat(run("cache", "--config", config.toString(), "-u", "other").lines("setpriv"))
                .containsExactly("--reuid=other");
        assertThat(run("serve", "--config", config.toString()).lines("setpriv")).isEmpty();
    }

    @Test
    void aCacheInTheBackgroundIsCheckedFirst() throws Exception {
        Path config = temporary.resolve("daemon.properties");
        Files.writeString(config, "daemon=true\n");
        assertThat(run("cache", "-d").out).as("runs elsewhere").isEmpty();
        assertThat(run("cache", "--config", config.toString()).out).isEmpty();
        for (String told : List.of("--check", "--print-config", "--help", "-vh")) {
            assertThat(run("cache", "--config", config.toString(), told).arguments()).as("told here")
                    .containsOnlyOnce(told);
        }
        assertThat(run("cache", "--daemon=false", "--config", config.toString()).out).isNotEmpty();
        assertThat(run("serve", "--config", config.toString()).out).isNotEmpty();
        Files.writeString(temporary.resolve("check-fails"), "partita: no\n");
        Run refused = run("cache", "-d");
        assertThat(refused.exit).isEqualTo(71);
        assertThat(refused.err).isEqualTo("partita: no\n");
        assertThat(refused.out).isEmpty();
    }

    @Test
    void namesOfFilesAreUtf8WhereNoLocaleSaysOtherwise() throws Exception {
        assertThat(run("serve").lines("locale")).containsExactly("C.UTF-8");
        for (String variable : List.of("LANG", "LC_CTYPE", "LC_ALL")) {
            environment.put(variable, "POSIX");
            assertThat(run("serve").lines("locale")).as(variable).containsExactly("C.UTF-8");
            environment.put(variable, "de_DE.UTF-8");
            assertThat(run("serve").lines("locale")).as(variable).doesNotContain("C.UTF-8");
        }
    }

    @Test
    void theUsersJvmOptionsWin() throws Exception {
        environment.put("PARTITA_JAVA_OPTIONS", "-XX:+UseZGC -Xmx1g -Dx=y");
        Run run = run("serve");
        assertThat(run.arguments()).contains("-XX:+UseZGC", "-Xmx1g", "-Dx=y").doesNotContain("-XX:+UseSerialGC");
        assertThat(run.heap()).isEmpty();
        environment.put("PARTITA_JAVA_OPTIONS", "-Xshare:off");
        assertThat(run("serve").arguments()).noneMatch(argument -> argument.startsWith("-XX:AOTCache"));
    }

    @Test
    void aCachesHeapHasRoomForTheLargestItemOnItsWayIn() throws Exception {
        int connections = 1_024;
        int megabytes = 64 * 1_792 / 2; // a connection takes 2 KiB
        assertThat(run("cache").heap()).isEqualTo(heap(connections + megabytes));
        assertThat(run("cache", "-I", "8m").heap()).isEqualTo(heap(connections + megabytes));
        for (String item : List.of("-I32m", "--max-item-size=32768k", "-vI32M")) {
            assertThat(run("cache", item).heap()).as(item)
                    .isEqualTo(heap(connections + megabytes + (2 * 32 - 16) * 1_024 / 2));
        }
        assertThat(run("cache", "-I", "32768000").heap())
                .isEqualTo(heap(connections + megabytes + (2 * 32_768 - 16 * 1_024) / 2));
    }

    @Test
    void aCachesYoungGenerationIsSmall() throws Exception {
        assertThat(run("cache").arguments()).containsSubsequence("-Xmn4m", "-Xmn2048k");
        assertThat(run("cache", "-m", "8000").arguments()).containsSubsequence("-Xmn4m", "-Xmn8000k");
        environment.put("PARTITA_JAVA_OPTIONS", "-Xmn3m");
        assertThat(run("cache").arguments()).containsSubsequence("-Xmn2048k", "-Xmn3m");
    }

    @Test
    void passesOverAnOlderJavaHomeForTheJavaOnThePath() throws Exception {
        environment.put("JAVA_HOME", jdk("jdk-17", "17.0.15").toString());
        Path other = jdk("jdk-26", "26-ea");
        Files.createSymbolicLink(bin.resolve("java"), other.resolve("bin/java"));
        assertThat(run("serve").lines("java")).containsExactly(other.toString());
        environment.remove("JAVA_HOME");
        assertThat(run("serve").lines("java")).containsExactly(other.toString());
    }

    @Test
    void trainsTheCacheOnceForEachJdk() throws Exception {
        assertThat(run("serve").arguments()).anyMatch(argument -> argument.startsWith("-XX:AOTCache="));
        run("serve");
        assertThat(trainings()).hasSize(1);
        environment.put("JAVA_HOME", jdk("other-jdk", "25.0.2").toString());
        assertThat(run("serve").err).isEmpty();
        run("serve");
        assertThat(trainings()).hasSize(2);
    }

    @Test
    void startsWithoutACacheWhenTheTrainingFails() throws Exception {
        Files.createFile(temporary.resolve("training-fails"));
        Run run = run("serve");
        assertThat(run.exit).isZero();
        assertThat(run.arguments()).noneMatch(argument -> argument.startsWith("-XX:AOTCache"));
        run("serve");
        assertThat(trainings()).hasSize(1);
    }

    private static List<String> heap(int connections) {
        return heap(connections, 0);
    }

    /// @param more KiB beyond what a server with so many connections has
    private static List<String> heap(int connections, int more) {
        int kib = 48 * 1024 + 2 * connections + more;
        return List.of("-Xms" + kib + "k", "-Xmx" + kib + "k");
    }

    private Path log() {
        return checkout.resolve("target/launcher/build.log");
    }

    private List<String> mavenCalls() throws IOException {
        return Files.readAllLines(temporary.resolve("maven-calls"));
    }

    private List<String> trainings() throws IOException {
        return Files.readAllLines(temporary.resolve("trainings"));
    }

    private void touch(String file) throws IOException {
        Files.setLastModifiedTime(checkout.resolve(file), FileTime.from(Instant.now()));
    }

    /// Everything becomes an hour old, so that only what a test touches is newer than a build.
    private void ageEverything() throws IOException {
        FileTime hourAgo = FileTime.from(Instant.now().minus(1, ChronoUnit.HOURS));
        try (Stream<Path> files = Files.walk(checkout)) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, hourAgo);
            }
        }
    }

    /// A folder that passes for a JDK. Its `java` prints what it was given, one item a line.
    private Path jdk(String name, String version) throws IOException {
        Path home = Files.createDirectories(temporary.resolve(name));
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), """
                IMPLEMENTOR="Nobody"
                JAVA_RUNTIME_VERSION="%1$s+1"
                JAVA_VERSION="%1$s"
                """.formatted(version));
        executable(home.resolve("bin/javac"), "#!/bin/sh\n");
        executable(home.resolve("bin/java"), """
                #!/bin/sh
                for a; do
                    case $a in
                        train) echo training >> "%1$s/trainings"; [ ! -e "%1$s/training-fails" ]; exit ;;
                        -XX:AOTCacheOutput=*) echo cache > "${a#*=}" ;;
                        --check) [ ! -e "%1$s/check-fails" ] || { cat "%1$s/check-fails" >&2; exit 71; } ;;
                    esac
                done
                echo "pid $$"
                echo "cwd $PWD"
                echo "java %2$s"
                echo "locale ${LC_ALL:-}"
                if { true 3<&0; } 2>/dev/null; then echo "input open"; fi
                for a; do echo "arg $a"; done
                """.formatted(temporary, home));
        return home;
    }

    private static void executable(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static Path find(String tool) {
        return Stream.of("/usr/bin", "/bin", "/usr/local/bin")
                .map(folder -> Path.of(folder, tool))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(tool + " is not installed"));
    }

    static Path projectRoot() {
        Path module = Path.of("").toAbsolutePath();
        return Files.exists(module.resolve("partita")) ? module : module.resolve("..").normalize();
    }

    private Run run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("./partita"));
        command.addAll(List.of(arguments));
        return new Run(start(checkout, command.toArray(String[]::new)));
    }

    private Process start(Path folder, String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of(command));
        // ProcessBuilder looks for a bare name on the PATH of this JVM, not on the one that it is given.
        if (!words.getFirst().contains("/")) {
            Path own = bin.resolve(words.getFirst());
            words.set(0, (Files.exists(own) ? own : TOOLBOX.resolve(words.getFirst())).toString());
        }
        ProcessBuilder builder = new ProcessBuilder(words).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    /// What a process printed until it ended.
    private static final class Run {
        final String out;
        final String err;
        final int exit;

        Run(Process process) throws IOException, InterruptedException {
            process.getOutputStream().close();
            out = new String(process.getInputStream().readAllBytes(), UTF_8);
            err = new String(process.getErrorStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            exit = process.exitValue();
        }

        List<String> lines(String kind) {
            return out.lines().filter(line -> line.startsWith(kind + " "))
                    .map(line -> line.substring(kind.length() + 1))
                    .toList();
        }

        List<String> arguments() {
            return lines("arg");
        }

        List<String> heap() {
            return arguments().stream().filter(argument -> argument.matches("-Xm[sx]\\d+k")).toList();
        }

        List<String> modulePath() {
            List<String> arguments = arguments();
            return List.of(arguments.get(arguments.indexOf("-p") + 1).split(":", -1));
        }

        List<String> afterMain() {
            List<String> arguments = arguments();
            return arguments.subList(arguments.indexOf("dev.partita.cli/dev.partita.cli.Main") + 1, arguments.size());
        }
    }
}
