package dev.partita.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocketOptionsTest {
    @Test
    void readsNameAndValueAndLetsALaterSettingReplaceAnEarlierOne() {
        SocketOptions options = SocketOptions.defaults()
                .with("tcp-congestion=bbr")
                .with("TCP_DEFER_ACCEPT=5")
                .with("tcp-nodelay=off");

        assertThat(options.settings())
                .map(Object::toString)
                .containsExactly(
                        "tcp-notsent-lowat=131072", "tcp-congestion=bbr", "tcp-defer-accept=5", "tcp-nodelay=off");
    }

    @Test
    void namesTheValidOptionsWhenThereIsNoSuchOne() {
        assertThatThrownBy(() -> SocketOptions.defaults().with("tcp-nodely=on"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'tcp-nodely'")
                .hasMessageContaining("tcp-nodelay, tcp-defer-accept");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp-nodelay=maybe", "so-linger=-1", "so-rcvbuf=64k", "tcp-congestion=", "tcp-nodelay",
        "=on"})
    void saysWhatIsValidWhenAValueIsNot(String setting) {
        assertThatThrownBy(() -> SocketOptions.defaults().with(setting))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("valid");
    }
}
