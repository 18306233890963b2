package dev.partita.load;

import java.util.List;
import java.util.random.RandomGenerator;

/// Chooses the kind of each request by its weight.
final class Mix {
    private final int[] upTo;
    private final int sum;
    private final RandomGenerator random;

    Mix(List<Dialogue.Kind> kinds, RandomGenerator random) {
        this.random = random;
        upTo = new int[kinds.size()];
        int all = 0;
        for (int i = 0; i < upTo.length; i++) {
            all = Math.addExact(all, kinds.get(i).weight());
            upTo[i] = all;
        }
        sum = all;
    }

    int next() {
        if (upTo.length == 1) {
            return 0;
        }
        int drawn = random.nextInt(sum);
        int low = 0;
        int high = upTo.length - 1;
        while (low < high) {
            int middle = low + high >>> 1;
            if (drawn < upTo[middle]) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
