package dev.partita.load;

import dev.partita.connection.Buffer;
import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.connection.Outbound;
import dev.partita.connection.Session;
import dev.partita.connection.Step;

/// A peer that takes its replies slowly: it looks at its socket, which holds little, once a second, and takes at most one
/// buffer of what is there. Its requests are not among those that are counted.
final class SlowReader implements Session {
    private final Generator generator;
    private final Connection connection;
    private final Speaker speaker;
    private final Mix mix;
    private boolean established;
    /// A request is under way.
    private boolean asked;
    private int kind;
    private boolean mayRead;
    private boolean over;
    private long ticket;

    SlowReader(Generator generator, Connection connection, Speaker speaker, Mix mix) {
        this.generator = generator;
        this.connection = connection;
        this.speaker = speaker;
        this.mix = mix;
    }

    /// A second has passed.
    void mayRead() {
        if (established && !mayRead) {
            mayRead = true;
            connection.resume(ticket);
        }
    }

    @Override
    public Step next() {
        if (!established) {
            established = true;
            ticket = connection.ticket();
            generator.established();
        }
        Buffer in = connection.inbound();
        if (!in.isEmpty() || connection.hasEnded()) {
            generator.ledger().add(Ledger.Count.SLOW_BYTES, in.length());
            hear(in);
            mayRead = false;
            ticket = connection.ticket();
        }
        Outbound out = connection.outbound();
        if (over || connection.hasEnded()) {
            return Step.CLOSE;
        }
        if (!asked) {
            return Step.WORK;
        }
        if (!out.isDrained()) {
            return Step.WRITE;
        }
        return mayRead ? Step.READ : Step.WAIT;
    }

    @Override
    public void work() {
        kind = mix.next();
        speaker.say(kind, connection.outbound());
        asked = true;
    }

    private void hear(Buffer in) {
        switch (speaker.hear(kind, in, connection.hasEnded())) {
            case MORE, NOTHING, EARLY_END -> {}
            case WELL, CLIENT_ERROR, SERVER_ERROR -> {
                asked = false;
                over = speaker.isOver();
            }
            case BAD -> {
                over = true;
                connection.closing(Close.ABORT);
            }
        }
        in.clear();
    }

    @Override
    public boolean reset() {
        boolean wasEstablished = established;
        established = false;
        asked = false;
        mayRead = false;
        over = false;
        speaker.reset();
        generator.ended(wasEstablished);
        return true;
    }
}
