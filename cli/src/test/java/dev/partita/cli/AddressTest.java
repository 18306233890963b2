package dev.partita.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.UnixDomainSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressTest {
    @ParameterizedTest
    @CsvSource({"8080, http://127.0.0.1:8080/", "127.0.0.2:80, http://127.0.0.2:80/", "[::1]:8080, http://[::1]:8080/",
        "0.0.0.0:1, http://127.0.0.1:1/", "[::]:1, http://[::1]:1/", "unix:/tmp/s, unix:/tmp/s"})
    void isShownAsItIsVisited(String text, String url) {
        assertThat(Address.url(Address.parse(text))).isEqualTo(url);
    }

    @Test
    void knowsWhichAddressesOthersCanReach() {
        assertThat(Address.isLocal(Address.parse("8080"))).isTrue();
        assertThat(Address.isLocal(Address.parse("[::1]:8080"))).isTrue();
        assertThat(Address.isLocal(Address.parse("unix:/tmp/s"))).isTrue();
        assertThat(Address.isLocal(Address.parse("0.0.0.0:8080"))).isFalse();
        assertThat(Address.isLocal(Address.parse("[::]:8080"))).isFalse();
    }

    @Test
    void aUnixPathMayHaveColonsAndSpaces() {
        assertThat(Address.parse("unix:/tmp/a b:1")).isEqualTo(UnixDomainSocketAddress.of("/tmp/a b:1"));
    }
}
