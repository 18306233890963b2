package dev.partita.cache;

import dev.partita.cache.Updates.Outcome;

/// The classic commands that change one item.
final class Classic {
    private final Updates updates;
    private final Clock clock;

    Classic(Updates updates, Clock clock) {
        this.updates = updates;
        this.clock = clock;
    }

    void perform(CacheSession session) {
        switch (session.request().verb) {
            case DELETE -> delete(session);
            case TOUCH -> touch(session);
            case INCR -> arithmetic(session, true);
            case DECR -> arithmetic(session, false);
            default -> store(session);
        }
    }

    private void store(CacheSession session) {
        Request request = session.request();
        session.tally().increment(Stat.CMD_SET);
        if (!session.value().endsWell()) {
            session.say(Says.BAD_CHUNK); // also to who waits for no reply: what follows is not what it seems
            return;
        }
        Probe key = session.key();
        Outcome outcome = updates.store(request, key, session.tally(), request.verb.mode(), session.value().take(key),
                request.length, clock.expiry(request.exptime), 0);
        reply(session, switch (outcome) {
            case DONE -> Says.STORED;
            case NOT_STORED -> Says.NOT_STORED;
            case EXISTS -> Says.EXISTS;
            case NOT_FOUND -> Says.NOT_FOUND;
            case NOT_NUMERIC, NO_MEMORY -> Says.NO_MEMORY;
        });
    }

    private void delete(CacheSession session) {
        Outcome outcome = updates.delete(session.request(), session.key(), session.tally());
        reply(session, outcome == Outcome.DONE ? Says.DELETED : Says.NOT_FOUND);
    }

    private void touch(CacheSession session) {
        Item item = updates.touch(session.key(), clock.expiry(session.request().exptime));
        session.tally().increment(Stat.CMD_TOUCH);
        session.tally().increment(item == null ? Stat.TOUCH_MISSES : Stat.TOUCH_HITS);
        reply(session, item == null ? Says.NOT_FOUND : Says.TOUCHED);
    }

    private void arithmetic(CacheSession session, boolean adds) {
        Request request = session.request();
        switch (updates.arithmetic(request, session.key(), session.tally(), adds, 0)) {
            case DONE -> {
                if (!request.quiet) {
                    Numbers.put(session.outbound().bytes(), request.number);
                    session.say(Says.CRLF);
                }
            }
            case NOT_NUMERIC -> reply(session, Says.NOT_NUMERIC);
            case NO_MEMORY -> reply(session, Says.NO_MEMORY_AT_ALL);
            case NOT_FOUND, NOT_STORED, EXISTS -> reply(session, Says.NOT_FOUND);
        }
    }

    private static void reply(CacheSession session, byte[] line) {
        if (!session.request().quiet) {
            session.say(line);
        }
    }
}
