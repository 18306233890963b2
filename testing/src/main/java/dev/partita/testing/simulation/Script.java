package dev.partita.testing.simulation;

import java.util.List;
import java.util.Random;

/// What one client does: what it says, in which pieces and with which pauses, how it reads, and how it ends.
///
/// @param says everything that it says, each byte a character up to U+00FF
/// @param cuts where what it says is cut into pieces, in order
/// @param pauseNanosMax the longest pause between two of its doings
/// @param window how many bytes it lets the server send ahead of its reading
/// @param ending how it ends
public record Script(String says, List<Integer> cuts, long pauseNanosMax, int window, Ending ending) {
    /// How a client ends.
    public enum Ending {
        /// It says that it will say no more, and reads on.
        HALF_CLOSE,
        /// It resets the connection, with whatever is on its way.
        RESET,
        /// It does nothing more, for ever, but what it is sent is read.
        SILENCE,
        /// It no longer reads, for ever.
        STALL
    }

    private static final int UNLIMITED = Integer.MAX_VALUE / 2;

    /// The plainest way to say the same: in one piece, without a pause, reading at once and to the end.
    public Script plain() {
        return new Script(says, List.of(), 0, UNLIMITED, switch (ending) {
            case HALF_CLOSE, RESET -> Ending.HALF_CLOSE;
            case SILENCE, STALL -> Ending.SILENCE;
        });
    }

    /// Draws what becomes of a conversation.
    ///
    /// @param conversation what the client would say if nothing came in between
    public static Script draw(Random random, String conversation) {
        Ending ending = switch (random.nextInt(8)) {
            case 0 -> Ending.RESET;
            case 1, 2 -> Ending.SILENCE;
            case 3 -> Ending.STALL;
            default -> Ending.HALF_CLOSE;
        };
        boolean cutShort = ending != Ending.HALF_CLOSE && random.nextBoolean();
        String says = cutShort ? conversation.substring(0, random.nextInt(conversation.length() + 1)) : conversation;
        List<Integer> cuts = random.ints(random.nextInt(random.nextInt(8) == 0 ? 60 : 5), 0, says.length() + 1)
                .sorted()
                .boxed()
                .toList();
        long pause = random.nextBoolean() ? 0 : 1 + random.nextInt(2_000_000);
        return new Script(says, cuts, pause, random.nextInt(3) == 0 ? 1 + random.nextInt(4_000) : UNLIMITED, ending);
    }

    @Override
    public String toString() {
        return says.length() + " bytes cut at " + cuts + ", pauses up to " + pauseNanosMax + " ns, "
                + (window == UNLIMITED ? "" : "at most " + window + " bytes unread, ") + "then " + ending;
    }
}
