package dev.partita.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// What servers of this JVM log while this is open: it is kept here instead of being printed, so that a test can say that
/// nothing went wrong but what it meant to.
public final class Log implements AutoCloseable {
    /// Strong, since the JDK forgets a logger that nobody holds, and its handlers with it.
    private final Logger logger = Logger.getLogger("dev.partita");
    private final boolean usedParents = logger.getUseParentHandlers();
    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final Handler keeping = new Handler() {
        @Override
        public void publish(LogRecord logged) {
            Throwable thrown = logged.getThrown();
            messages.add(logged.getMessage() + (thrown == null ? "" : ": " + thrown));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    /// Begins to keep.
    public Log() {
        logger.addHandler(keeping);
        logger.setUseParentHandlers(false);
    }

    /// The messages so far that contain none of `expected`, each with what was thrown.
    public List<String> without(String... expected) {
        return messages.stream().filter(message -> List.of(expected).stream().noneMatch(message::contains)).toList();
    }

    @Override
    public void close() {
        logger.removeHandler(keeping);
        logger.setUseParentHandlers(usedParents);
    }
}
