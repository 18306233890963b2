package dev.partita.cache;

import dev.partita.cache.Updates.Outcome;
import dev.partita.cache.Verb.Mode;
import dev.partita.connection.Buffer;
import org.jspecify.annotations.Nullable;

/// The meta commands. A reply's flags come in the order in which the request has them.
final class Meta {
    /// Flags that change the item or ask for what it was before this command, which needs its lock.
    private static final long LOCKING = Request.bit((byte) 'N') | Request.bit((byte) 'T') | Request.bit((byte) 'R')
            | Request.bit((byte) 'l') | Request.bit((byte) 'h');

    /// What shows the id of an item that was not stored.
    private static final byte[] NO_CAS = {' ', 'c', '0'};

    private final Store store;
    private final Updates updates;
    private final Clock clock;
    private final HotKeys hotKeys;

    Meta(Store store, Updates updates, Clock clock, HotKeys hotKeys) {
        this.store = store;
        this.updates = updates;
        this.clock = clock;
        this.hotKeys = hotKeys;
    }

    void perform(CacheSession session) {
        Request request = session.request();
        session.tally().increment(Stat.CMD_META);
        if (request.verb == Verb.MN) {
            session.say(Says.MN);
            return;
        }
        Probe key = session.key();
        switch (request.verb) {
            case MG -> get(session, key);
            case MS -> set(session, key);
            case MD -> delete(session, key);
            case MA -> arithmetic(session, key);
            default -> {
                synchronized (store.lock(key)) {
                    debug(session, key);
                }
            }
        }
    }

    // mg

    private void get(CacheSession session, Probe key) {
        Request request = session.request();
        hotKeys.lookedUp(key);
        if (request.hasAny(LOCKING)) {
            synchronized (store.lock(key)) {
                Item item = look(request, key);
                boolean made = item == null && request.has('N');
                if (made) {
                    item = updates.vivify(request, key, session.tally(), marks(request));
                }
                if (item == null || !answer(session, item, item.version(), made)) {
                    miss(session);
                }
            }
            return;
        }
        Item item = look(request, key);
        if (item != null && !item.is(Item.STALE) && answer(session, item, key.version(), false)) {
            return;
        }
        if (item != null) { // it is stale, or has changed: another one may be there
            synchronized (store.lock(key)) {
                item = store.getAgain(key);
                if (item != null && answer(session, item, item.version(), false)) {
                    return;
                }
            }
        }
        miss(session);
    }

    private @Nullable Item look(Request request, Probe key) {
        return request.has('u') ? store.peek(key) : store.get(key);
    }

    private void miss(CacheSession session) {
        count(session, false);
        if (!session.request().quiet) {
            status(session, 'E', 'N');
            flags(session, null);
            session.say(Says.CRLF);
        }
    }

    /// @param made it was made by this command
    /// @return false if the item is no longer that version; nothing is said or changed then
    private boolean answer(CacheSession session, Item item, int version, boolean made) {
        Request request = session.request();
        Buffer out = session.outbound().bytes();
        int before = out.length();
        boolean sent = item.is(Item.TOKEN_SENT) && !made;
        if (request.has('v')) {
            status(session, 'V', 'A');
            space(session);
            out.putDecimal(item.length());
        } else {
            status(session, 'H', 'D');
        }
        flags(session, item);
        boolean wins = made || !item.is(Item.TOKEN_SENT) && (item.is(Item.STALE) || request.isDue);
        flag(session, 'Z', sent);
        flag(session, 'X', item.is(Item.STALE));
        flag(session, 'W', wins);
        session.say(Says.CRLF);
        if (request.has('v') ? !session.sendValue(item, version) : !item.isStill(version)) {
            out.truncate(before);
            return false;
        }
        count(session, !made);
        if (wins && !made) {
            item.mark(Item.TOKEN_SENT);
        }
        if (!request.has('u')) {
            item.fetched(clock.now());
        }
        return true;
    }

    private static void count(CacheSession session, boolean hit) {
        Tally.Row tally = session.tally();
        if (session.request().has('T')) {
            tally.increment(Stat.CMD_TOUCH);
            tally.increment(hit ? Stat.TOUCH_HITS : Stat.TOUCH_MISSES);
        } else {
            tally.increment(hit ? Stat.GET_HITS : Stat.GET_MISSES);
        }
    }

    /// Whether the item ends so soon that somebody should renew it.
    private boolean isDue(Request request, Item item) {
        return item.expiry() != Clock.NEVER
                && item.expiry() < clock.expiry(request.recacheExptime);
    }

    // ms

    private void set(CacheSession session, Probe key) {
        Request request = session.request();
        session.tally().increment(Stat.CMD_SET);
        Mode mode = Mode.of(request.mode);
        if (!session.value().endsWell()) {
            session.say(Says.BAD_CHUNK);
            return;
        }
        if (mode == null) {
            session.say(Says.BAD_SET_MODE);
            return;
        }
        if (request.has('C') && (mode == Mode.SET || mode == Mode.REPLACE)) {
            mode = Mode.CAS;
        }
        byte[] bytes = session.value().take(key);
        synchronized (store.lock(key)) {
            Outcome outcome = updates.store(request, key, session.tally(), mode, bytes, request.length,
                    clock.expiry(request.exptime), marks(request));
            if (outcome == Outcome.NO_MEMORY) {
                session.say(Says.NO_MEMORY);
            } else {
                reply(session, outcome);
            }
        }
    }

    // md

    private void delete(CacheSession session, Probe key) {
        synchronized (store.lock(key)) {
            reply(session, updates.delete(session.request(), key, session.tally()));
        }
    }

    // ma

    private void arithmetic(CacheSession session, Probe key) {
        Request request = session.request();
        byte mode = request.mode;
        boolean adds = mode == 0 || mode == 'I' || mode == 'i' || mode == '+';
        if (!adds && mode != 'D' && mode != 'd' && mode != '-') {
            session.say(Says.BAD_ARITHMETIC_MODE);
            return;
        }
        synchronized (store.lock(key)) {
            arithmetic(session, key, adds);
        }
    }

    private void arithmetic(CacheSession session, Probe key, boolean adds) {
        Request request = session.request();
        Outcome outcome = updates.arithmetic(request, key, session.tally(), adds, marks(request));
        Item item = request.item;
        if (outcome == Outcome.NOT_NUMERIC || outcome == Outcome.NO_MEMORY) {
            session.say(outcome == Outcome.NOT_NUMERIC ? Says.NOT_NUMERIC : Says.NO_MEMORY_AT_ALL);
        } else if (outcome == Outcome.DONE && item != null && request.quiet) {
            expire(request, item);
        } else if (outcome != Outcome.DONE || item == null || !request.has('v')) {
            reply(session, outcome);
        } else {
            Buffer out = session.outbound().bytes();
            status(session, 'V', 'A');
            space(session);
            out.putDecimal(Updates.digitCount(request.number));
            flags(session, item);
            session.say(Says.CRLF);
            Numbers.put(out, request.number);
            session.say(Says.CRLF);
        }
    }

    // me

    private void debug(CacheSession session, Probe key) {
        Item item = store.peek(key);
        if (item == null) {
            session.say(Says.EN);
            return;
        }
        Buffer out = session.outbound().bytes();
        out.putLatin1("ME ");
        key.show(out, item.is(Item.BINARY_KEY));
        out.putLatin1(" exp=");
        if (item.expiry() == Clock.NEVER) {
            out.putLatin1("-1");
        } else {
            putSigned(out, item.expiry() - clock.now());
        }
        out.putLatin1(" la=");
        out.putDecimal(Math.max(0, clock.now() - item.accessed()));
        out.putLatin1(" cas=");
        Numbers.put(out, item.cas);
        out.putLatin1(item.isFetched() ? " fetch=yes cls=1 size=" : " fetch=no cls=1 size=");
        out.putDecimal(item.weight());
        session.say(Says.CRLF);
    }

    // What they have in common.

    private static int marks(Request request) {
        return request.has('b') ? Item.BINARY_KEY : 0;
    }

    /// The reply that has no value, while the lock of the key is held. What goes as it should is not said to who is quiet.
    private void reply(CacheSession session, Outcome outcome) {
        Request request = session.request();
        boolean nominal = outcome == Outcome.DONE
                || outcome == Outcome.NOT_FOUND && request.verb != Verb.MS;
        if (request.quiet && nominal) {
            return;
        }
        switch (outcome) {
            case DONE -> status(session, 'H', 'D');
            case NOT_STORED -> status(session, 'N', 'S');
            case EXISTS -> status(session, 'E', 'X');
            default -> status(session, 'N', 'F');
        }
        flags(session, request.item);
        session.say(Says.CRLF);
    }

    /// The flags that ask for something back, answered.
    ///
    /// @param item null if there is none, and so only what the request itself holds
    private void flags(CacheSession session, @Nullable Item item) {
        Request request = session.request();
        Line flags = request.flags();
        while (flags.next()) {
            switch (flags.first()) {
                case 'O' -> {
                    space(session);
                    session.outbound().bytes().put(session.inbound(), flags.start(), flags.length());
                }
                case 'k' -> {
                    flag(session, 'k', true);
                    showKey(session, item);
                }
                case 'T', 'N' -> expire(request, item, flags.first());
                case 'R' -> request.isDue |= item != null && request.verb == Verb.MG && isDue(request, item);
                case 's', 't', 'c', 'f', 'l', 'h' -> {
                    if (item != null && isShown(request.verb, flags.first())) {
                        show(session, (char) flags.first(), item);
                    } else if (request.verb == Verb.MS && flags.first() == 'c') {
                        session.say(NO_CAS);
                    }
                }
                default -> { /* asks for nothing back */ }
            }
        }
    }

    /// What the flags of an arithmetic command do to the item's end, if nothing else of them is seen.
    private void expire(Request request, Item item) {
        Line flags = request.flags();
        while (flags.next()) {
            expire(request, item, flags.first());
        }
    }

    /// Gives the item another end when it is this flag's turn: a `t` or an `R` before it still sees the old one.
    private void expire(Request request, @Nullable Item item, byte flag) {
        if (item == null || request.verb != Verb.MG && request.verb != Verb.MA) {
            return;
        }
        if (flag == 'T') {
            item.expiry(clock.expiry(request.exptime));
        } else if (flag == 'N' && request.isCreated) {
            item.expiry(clock.expiry(request.vivifyExptime));
        }
    }

    private static boolean isShown(Verb verb, byte flag) {
        return switch (verb) {
            case MG -> true;
            case MS -> flag == 'c' || flag == 's';
            case MA -> flag == 'c' || flag == 't';
            default -> false;
        };
    }

    private void show(CacheSession session, char flag, Item item) {
        Buffer out = session.outbound().bytes();
        flag(session, flag, true);
        switch (flag) {
            case 's' -> out.putDecimal(item.length());
            case 't' -> {
                int end = item.expiry(); // once: a touch may change it
                if (end == Clock.NEVER) {
                    out.putLatin1("-1");
                } else {
                    out.putDecimal(Math.max(0, end - clock.now()));
                }
            }
            case 'c' -> Numbers.put(out, item.cas);
            case 'f' -> out.putDecimal(Integer.toUnsignedLong(item.clientFlags));
            case 'l' -> out.putDecimal(Math.max(0, clock.now() - item.accessed()));
            default -> out.put((byte) (item.isFetched() ? '1' : '0'));
        }
    }

    /// An item's key is shown as it was stored, and one that is stored nowhere as it came.
    private static void showKey(CacheSession session, @Nullable Item item) {
        Request request = session.request();
        boolean asStored = request.verb != Verb.MD && request.verb != Verb.MA;
        boolean inBase64 = item != null && asStored ? item.is(Item.BINARY_KEY) : request.has('b');
        session.key().show(session.outbound().bytes(), inBase64);
        flag(session, 'b', inBase64);
    }

    private static void status(CacheSession session, char first, char second) {
        Buffer out = session.outbound().bytes();
        out.put((byte) first);
        out.put((byte) second);
    }

    private static void space(CacheSession session) {
        session.outbound().bytes().put((byte) ' ');
    }

    private static void flag(CacheSession session, char flag, boolean is) {
        if (is) {
            space(session);
            session.outbound().bytes().put((byte) flag);
        }
    }

    private static void putSigned(Buffer out, long number) {
        if (number < 0) {
            out.put((byte) '-');
        }
        out.putDecimal(Math.abs(number));
    }
}
