package dev.partita.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

/// One call of the command line within this JVM: what it said and its exit code.
record Console(int exit, String out, String err) {
    static Console run(String... args) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int exit = Main.run(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), args);
        return new Console(exit, out.toString(UTF_8), err.toString(UTF_8));
    }
}
