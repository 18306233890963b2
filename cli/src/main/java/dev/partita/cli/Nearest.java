package dev.partita.cli;

import java.util.Collection;
import java.util.Locale;

/// Finds what somebody meant who mistyped a name.
final class Nearest {
    /// As many letters tell a beginning from an accident; two hyphens are among them.
    private static final int PREFIX = 4;

    private Nearest() {}

    /// A question to put behind a complaint, such as `; did you mean symped?`.
    ///
    /// @return an empty string if nothing is near
    static String question(String typed, Collection<String> valid) {
        String word = typed.toLowerCase(Locale.ROOT);
        String best = "";
        // One slip for every three letters: more of them make another word.
        int least = 1 + Math.max(1, Math.min(3, word.length() / 3));
        for (String candidate : valid) {
            if (candidate.equals(typed)) {
                return ""; // the name is right, something else is wrong
            }
            int distance = distance(word, candidate);
            if (word.length() >= PREFIX && candidate.startsWith(word)) {
                distance = 1;
            }
            if (distance < least) {
                least = distance;
                best = candidate;
            }
        }
        return best.isEmpty() ? "" : "; did you mean " + best + "?";
    }

    /// How many letters have to be inserted, removed, replaced or swapped with their neighbour.
    static int distance(String a, String b) {
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(last[j], row[j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            beforeLast = last;
            last = row;
        }
        return last[b.length()];
    }
}
