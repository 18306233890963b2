package dev.partita.lab.claims;

import dev.partita.lab.results.Claim;
import java.io.IOException;

/// A claim that can be examined.
///
/// @param number as in docs/lab.md
/// @param title a few words
/// @param words the article's own
/// @param experiment what is done, and when the claim is confirmed
/// @param method does it
record Question(int number, String title, String words, String experiment, Method method) {
    /// Tries, writes down what it finds, and says what follows.
    interface Method {
        Claim examine(Examination on) throws IOException, InterruptedException;
    }
}
