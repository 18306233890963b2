package dev.partita.limits;

/// Where failures are said: the log, whose own failure must cost nobody anything.
public final class Failures {
    private static final System.Logger LOG = System.getLogger("dev.partita");

    private Failures() {}

    /// Logs what failed, with its stack. From any thread; throws nothing. A JDK that is out of file descriptors or memory
    /// cannot always log (for the first record it opens files), and the thread that tried to has connections to serve.
    public static void log(String what, Throwable failure) {
        try {
            LOG.log(System.Logger.Level.ERROR, what, failure);
        } catch (Throwable unsaid) {
            // Counted it is: see Counter.FAILURES.
        }
    }

    /// The same, with the name of the thread or part that it happened to in front: where there is no memory left its caller
    /// could not put the two together either.
    public static void log(String who, String what, Throwable failure) {
        try {
            log(who + ": " + what, failure);
        } catch (Throwable unsaid) {
            // as above
        }
    }
}
