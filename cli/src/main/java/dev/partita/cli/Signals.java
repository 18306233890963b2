package dev.partita.cli;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/// Handlers for the signals of the operating system, through `sun.misc.Signal`. By reflection, since its use is a warning
/// that javac cannot be told to leave out.
///
/// USR2 is not for us: the JDK's flight recorder needs it.
final class Signals {
    private static final String SIGNAL = "sun.misc.Signal";
    private static final String HANDLER = "sun.misc.SignalHandler";

    private Signals() {}

    /// Calls `action` with the signal's number, on a thread of its own, each time that it comes. Where the JVM does not let
    /// us (`-Xrs`), the signal keeps its meaning.
    ///
    /// @param name without SIG
    static void handle(String name, IntConsumer action) {
        handle(name, false, action);
    }

    /// The same, unless this process was started with the signal ignored.
    static void handleUnlessIgnored(String name, IntConsumer action) {
        handle(name, true, action);
    }

    /// Calls `stop` at the first SIGINT, SIGTERM or SIGHUP; a second one ends the program at once, with 128 and its number as the
    /// shell would say it. A second SIGHUP does not: who loses a terminal hears of it from the kernel and from the shell. Under
    /// nohup it stays ignored.
    static void stopping(Runnable stop) {
        var asked = new AtomicBoolean();
        for (String signal : List.of("INT", "TERM")) {
            handle(signal, number -> {
                if (asked.getAndSet(true)) {
                    Runtime.getRuntime().halt(128 + number);
                }
                stop.run();
            });
        }
        handleUnlessIgnored("HUP", _ -> {
            if (!asked.getAndSet(true)) {
                stop.run();
            }
        });
    }

    private static void handle(String name, boolean unlessIgnored, IntConsumer action) {
        try {
            Class<?> signalType = Class.forName(SIGNAL);
            Class<?> handlerType = Class.forName(HANDLER);
            Object signal = signalType.getConstructor(String.class).newInstance(name);
            int number = (int) signalType.getMethod("getNumber").invoke(signal);
            Object handler = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(),
                    new Class<?>[]{handlerType},
                    (self, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            action.accept(number);
                        }
                        return null; // nobody asks for the equals, hashCode and toString of a handler
                    });
            var handle = signalType.getMethod("handle", signalType, handlerType);
            Object before = handle.invoke(null, signal, handler);
            if (unlessIgnored && handlerType.getField("SIG_IGN").get(null).equals(before)) {
                handle.invoke(null, signal, before);
            }
        } catch (ReflectiveOperationException notHere) {
            // Another JVM, or -Xrs: the signal does what it always does.
        }
    }
}
