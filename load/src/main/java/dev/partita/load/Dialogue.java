package dev.partita.load;

import java.net.SocketAddress;
import java.util.List;
import java.util.random.RandomGenerator;

/// A protocol from the client's side: which requests there are, how one is put, and where a reply ends. Immutable; one
/// serves all connections of all threads.
public interface Dialogue {
    /// The kinds of request, at least one. A kind is known by its index in this list.
    List<Kind> kinds();

    /// Opens the client's half of one connection slot; it is [reset][Speaker#reset] for each of its connections.
    ///
    /// @param random the generator thread's: for what a request varies in, such as a key
    Speaker speaker(RandomGenerator random);

    /// An address as a person writes it.
    static String show(SocketAddress address) {
        String text = address.toString();
        return text.substring(text.indexOf('/') + 1);
    }

    /// A kind of request.
    ///
    /// @param name for people, and for the latency of this kind
    /// @param weight how often it is chosen, in proportion to the others; 1 to 1,000,000
    record Kind(String name, int weight) {
        public Kind {
            if (weight < 1 || weight > 1_000_000) {
                throw new IllegalArgumentException(
                        "the weight of " + name + " is " + weight + ": valid are 1 to 1000000");
            }
        }
    }
}
