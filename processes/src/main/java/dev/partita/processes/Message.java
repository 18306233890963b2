package dev.partita.processes;

import dev.partita.limits.Counts;
import dev.partita.server.Division.Reach;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.List;

/// What is said between a master, its workers, and those who ask it something. Master and worker may be of different builds,
/// so a message that is not understood ends its channel and nothing else.
sealed interface Message {
    // A worker's.

    /// The program has reached `run` and has answered itself: ready for sockets.
    ///
    /// @param doubt what was wrong with the answer, empty if nothing
    record Hello(Plan plan, String doubt) implements Message {}

    /// It lives. Four times a second, and when something of it has changed.
    ///
    /// @param warm whether it has answered itself so often that its code is compiled, or was given sockets before
    /// @param doubt what was wrong with the last of those answers, empty if nothing
    record Beat(boolean serving, boolean accepting, Counts counts, boolean warm, String doubt) implements Message {}

    /// It has served its last connection, and ends.
    record Bye(Counts counts) implements Message {}

    // The master's, to a worker.

    /// Take these sockets, whose descriptors come along, and serve.
    record Serve(int place, List<Handed> sockets) implements Message {}

    /// A socket that comes with [Serve].
    ///
    /// @param asked the address as the worker was asked to listen on it
    record Handed(SocketAddress asked, Kind kind) {
        enum Kind {
            LISTENING, SHARED, PASSED,
            /// The memory that requests come in, and what wakes the master.
            SLOTS, BELL,
            /// Of something that the program runs beside the server, such as an admin listener.
            ASIDE
        }
    }

    /// End.
    record End(How how) implements Message {
        enum How {
            DRAIN, CLOSE, ABORT
        }
    }

    // A new master's, which is to take over from the one that has started it.

    /// Everything serves.
    record Ready() implements Message {}

    /// It can be found where the old master was.
    record Taken() implements Message {}

    // The old master's.

    /// These are the listening sockets, whose descriptors come along; nobody is to be served yet.
    ///
    /// @param generation the number of the one that serves
    /// @param last false if another message with more of them follows
    record Inherit(int generation, List<Handed> sockets, boolean last) implements Message {}

    /// Its standard output and error come along: take my place.
    record TakeOver() implements Message {}

    // Anybody's to the master, and its answer.

    /// Asks for something: `status`, `reload`, `upgrade`.
    record Ask(String what) implements Message {}

    /// The answer.
    ///
    /// @param exitCode what the program that has asked ends with
    record Answer(int exitCode, String text) implements Message {}

    /// What the message is as bytes.
    default byte[] bytes() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            write(out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private void write(DataOutputStream out) throws IOException {
        switch (this) {
            case Hello hello -> {
                out.writeByte('h');
                write(hello.plan, out);
                out.writeUTF(hello.doubt);
            }
            case Beat beat -> {
                out.writeByte('b');
                out.writeBoolean(beat.serving);
                out.writeBoolean(beat.accepting);
                write(beat.counts, out);
                out.writeBoolean(beat.warm);
                out.writeUTF(beat.doubt);
            }
            case Bye bye -> {
                out.writeByte('y');
                write(bye.counts, out);
            }
            case Serve serve -> {
                out.writeByte('s');
                out.writeInt(serve.place);
                write(serve.sockets, out);
            }
            case Ready _ -> out.writeByte('r');
            case Taken _ -> out.writeByte('k');
            case Inherit inherit -> {
                out.writeByte('i');
                out.writeInt(inherit.generation);
                write(inherit.sockets, out);
                out.writeBoolean(inherit.last);
            }
            case TakeOver _ -> out.writeByte('t');
            case End end -> {
                out.writeByte('e');
                out.writeByte(end.how.ordinal());
            }
            case Ask ask -> {
                out.writeByte('?');
                out.writeUTF(ask.what);
            }
            case Answer answer -> {
                out.writeByte('!');
                out.writeInt(answer.exitCode);
                out.writeUTF(answer.text);
            }
        }
    }

    /// Reads what [#bytes] has made.
    ///
    /// @throws IOException if it is nothing of that kind
    static Message of(byte[] bytes) throws IOException {
        var in = new DataInputStream(new ByteArrayInputStream(bytes));
        try {
            return switch (in.readByte()) {
                case 'h' -> new Hello(plan(in), in.readUTF());
                case 'b' -> new Beat(in.readBoolean(), in.readBoolean(), counts(in), in.readBoolean(), in.readUTF());
                case 'y' -> new Bye(counts(in));
                case 's' -> new Serve(in.readInt(), handed(in));
                case 'r' -> new Ready();
                case 'k' -> new Taken();
                case 'i' -> new Inherit(in.readInt(), handed(in), in.readBoolean());
                case 't' -> new TakeOver();
                case 'e' -> new End(End.How.values()[in.readByte()]);
                case '?' -> new Ask(in.readUTF());
                case '!' -> new Answer(in.readInt(), in.readUTF());
                default -> throw new IOException("this is no message of ours");
            };
        } catch (IndexOutOfBoundsException | IllegalArgumentException other) {
            throw new IOException("this is a message of another version", other);
        }
    }

    private static void write(Plan plan, DataOutputStream out) throws IOException {
        out.writeInt(plan.addresses().size());
        for (SocketAddress each : plan.addresses()) {
            write(each, out);
        }
        out.writeInt(plan.backlog());
        out.writeInt(plan.options().size());
        for (String each : plan.options()) {
            out.writeUTF(each);
        }
        out.writeInt(plan.count());
        out.writeByte(plan.reach().ordinal());
        out.writeInt(plan.connectionsMax());
        out.writeInt(plan.drainMillis());
        out.writeInt(plan.workerRequestsMax());
        out.writeInt(plan.workerAgeSecondsMax());
    }

    private static Plan plan(DataInputStream in) throws IOException {
        List<SocketAddress> addresses = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            addresses.add(address(in));
        }
        int backlog = in.readInt();
        List<String> options = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            options.add(in.readUTF());
        }
        return new Plan(addresses, backlog, options, in.readInt(), Reach.values()[in.readByte()], in.readInt(),
                in.readInt(), in.readInt(), in.readInt());
    }

    private static void write(List<Handed> sockets, DataOutputStream out) throws IOException {
        out.writeInt(sockets.size());
        for (Handed each : sockets) {
            write(each.asked, out);
            out.writeByte(each.kind.ordinal());
        }
    }

    private static List<Handed> handed(DataInputStream in) throws IOException {
        List<Handed> sockets = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            sockets.add(new Handed(address(in), Handed.Kind.values()[in.readByte()]));
        }
        return sockets;
    }

    private static void write(Counts counts, DataOutputStream out) throws IOException {
        long[] sums = counts.toArray();
        out.writeInt(sums.length);
        for (long each : sums) {
            out.writeLong(each);
        }
    }

    private static Counts counts(DataInputStream in) throws IOException {
        long[] sums = new long[Math.clamp(in.readInt(), 0, 1_000)];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = in.readLong();
        }
        return new Counts(sums);
    }

    /// An IP address as its bytes, so that no name is looked up.
    private static void write(SocketAddress address, DataOutputStream out) throws IOException {
        switch (address) {
            case InetSocketAddress inet -> {
                byte[] host = inet.getAddress().getAddress();
                out.writeByte(host.length);
                out.write(host);
                out.writeInt(inet.getPort());
            }
            case UnixDomainSocketAddress unix -> {
                out.writeByte(0);
                out.writeUTF(unix.getPath().toString());
            }
            default -> throw new IOException("only IP addresses and unix sockets are known, not " + address);
        }
    }

    private static SocketAddress address(DataInputStream in) throws IOException {
        int length = in.readByte();
        if (length == 0) {
            return UnixDomainSocketAddress.of(in.readUTF());
        }
        byte[] host = in.readNBytes(length);
        return new InetSocketAddress(InetAddress.getByAddress(host), in.readInt());
    }
}
