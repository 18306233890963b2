package dev.partita.testing;

import java.net.SocketTimeoutException;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/// Prints what all threads do when a client has waited in vain: what a test saw from outside does not say who has stopped.
final class ThreadsWhenLate implements TestExecutionExceptionHandler {
    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        if (failure.getCause() instanceof SocketTimeoutException) {
            StringBuilder all = new StringBuilder("When " + context.getDisplayName() + " had waited in vain:\n");
            for (Map.Entry<Thread, StackTraceElement[]> each : Thread.getAllStackTraces().entrySet()) {
                all.append(each.getKey()).append('\n');
                for (StackTraceElement frame : each.getValue()) {
                    all.append("    at ").append(frame).append('\n');
                }
            }
            System.out.println(all);
        }
        throw failure;
    }
}
