package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.connection.Producer;

/// Holds a producer to the length that was announced: a reply that is shorter or longer would be taken for something else.
final class MeasuredProducer implements Producer {
    private final Producer content;
    private long left;

    MeasuredProducer(Producer content, long length) {
        this.content = content;
        left = length;
    }

    @Override
    public boolean fill(Buffer into) throws Exception {
        int before = into.length();
        boolean more = content.fill(into);
        left -= into.length() - before;
        if (left < 0 || left > 0 && !more) {
            throw new IllegalStateException("a stream is " + Math.abs(left) + " bytes "
                    + (left < 0 ? "longer" : "shorter") + " than the length it was announced with");
        }
        return more && left > 0;
    }

    @Override
    public void close() {
        content.close();
    }
}
