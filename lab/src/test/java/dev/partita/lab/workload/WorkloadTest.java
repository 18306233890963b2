package dev.partita.lab.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.partita.lab.results.WorkloadCard.RequestClass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class WorkloadTest {
    @SuppressWarnings("unused") // by the annotation
    private static final java.util.List<String> NAMES = Workload.NAMES;

    @ParameterizedTest
    @FieldSource("NAMES")
    void everyFileSaysWhatItIsAndWhatIsAsked(String name) {
        Workload workload = Workload.named(name);
        assertThat(workload.title()).isNotEqualTo(name);
        assertThat(workload.about()).endsWith(".");
        assertThat(workload.mix()).isNotEmpty().allMatch(each -> each.name().startsWith("GET /") && each.weight() > 0);
    }

    @Test
    void aFileIsReadAsItStands() {
        Workload bimodal = Workload.named("bimodal");
        assertThat(bimodal.mix()).containsExactly(
                new RequestClass("GET /work?micros=5", 995), new RequestClass("GET /work?micros=5000", 5));
        assertThat(bimodal.shortClass()).isEqualTo("GET /work?micros=5");
        assertThat(bimodal.share()).isEqualTo(0.4);
        assertThatThrownBy(() -> Workload.named("none")).hasMessageContaining("no workload 'none'");
    }
}
