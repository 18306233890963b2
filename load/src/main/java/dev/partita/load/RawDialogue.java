package dev.partita.load;

import dev.partita.connection.Buffer;
import dev.partita.connection.Outbound;
import java.util.List;
import java.util.random.RandomGenerator;

/// Always the same bytes, and a reply that ends with certain others: enough for many a line protocol. Whether a reply is an
/// error is not known here.
public final class RawDialogue implements Dialogue {
    private final byte[] request;
    private final byte[] replyEnd;

    /// @param request what is said; the arrays must not change any more
    /// @param replyEnd what every reply ends with, and what does not occur in one before
    /// @throws IllegalArgumentException if one of them is empty
    public RawDialogue(byte[] request, byte[] replyEnd) {
        if (request.length == 0 || replyEnd.length == 0) {
            throw new IllegalArgumentException("a request and the end of a reply have one byte at least");
        }
        this.request = request;
        this.replyEnd = replyEnd;
    }

    @Override
    public List<Kind> kinds() {
        return List.of(new Kind("raw", 1));
    }

    @Override
    public Speaker speaker(RandomGenerator random) {
        return new RawSpeaker();
    }

    private final class RawSpeaker implements Speaker {
        private boolean begun;

        @Override
        public void say(int kind, Outbound out) {
            Buffer bytes = out.bytes();
            int part = Math.min(request.length, bytes.room());
            bytes.put(request, 0, part);
            if (part < request.length) {
                out.follow(request, part, request.length - part);
            }
        }

        @Override
        public Heard hear(int kind, Buffer in, boolean ended) {
            byte last = replyEnd[replyEnd.length - 1];
            int at = in.indexOf(last, replyEnd.length - 1);
            while (at >= 0 && !endsAt(in, at)) {
                at = in.indexOf(last, at + 1);
            }
            if (at >= 0) {
                in.skip(at + 1);
                begun = false;
                return Heard.WELL;
            }
            begun |= !in.isEmpty();
            // What could be the beginning of the end stays.
            in.skip(Math.max(0, in.length() - (replyEnd.length - 1)));
            return !ended ? Heard.MORE : begun ? Heard.EARLY_END : Heard.NOTHING;
        }

        private boolean endsAt(Buffer in, int last) {
            int first = last - (replyEnd.length - 1);
            for (int i = 0; i < replyEnd.length; i++) {
                if (in.at(first + i) != replyEnd[i]) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public boolean isOver() {
            return false;
        }

        @Override
        public void reset() {
            begun = false;
        }
    }
}
