package dev.partita.processes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.loop.Attendant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ErrandsTest {
    private final BlockingQueue<String> done = new LinkedBlockingQueue<>();

    @Test
    void whatFindsNoRoomIsCountedAndTheCountSaidAsSoonAsItGoesOn() throws Exception {
        var reader = new CountDownLatch(1);
        Errands errands = Errands.begin("errands", 2, missing -> done.add(missing + " missing"));
        errands.add(() -> {
            Attendant.awaitUninterruptibly(reader);
            done.add("first");
        });
        errands.add(() -> done.add("second"));
        assertThat(errands.hasRoom()).isFalse();
        errands.add(() -> done.add("third"));
        errands.add(() -> done.add("fourth"));
        reader.countDown();
        assertThat(done.take()).isEqualTo("first");
        assertThat(done.take()).isEqualTo("2 missing");
        assertThat(done.take()).isEqualTo("second");
        errands.await(Long.MAX_VALUE);
        assertThat(errands.hasRoom()).isTrue();
        assertThat(done).isEmpty();
    }

    @Test
    void oneThatFailsDoesNotCostTheNext() throws Exception {
        Errands errands = Errands.begin("errands", 2, missing -> done.add(missing + " missing"));
        errands.add(() -> {
            throw new AssertionError("on purpose");
        });
        errands.add(() -> done.add("second"));
        assertThat(done.take()).isEqualTo("second");
        errands.await(Long.MAX_VALUE);
        assertThat(errands.hasRoom()).isTrue();
    }
}
