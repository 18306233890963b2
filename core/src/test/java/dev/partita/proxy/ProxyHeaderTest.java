package dev.partita.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Buffer;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;

class ProxyHeaderTest {
    private static final int MAX = 4096;

    private final ProxyHeader header = new ProxyHeader();

    private int parse(byte[] bytes) {
        Buffer in = Buffer.over(MemorySegment.ofArray(new byte[Math.max(1, bytes.length)]));
        in.put(bytes);
        return header.parse(in, MAX);
    }

    private int parse(String text) {
        return parse(text.getBytes(ISO_8859_1));
    }

    /// Every part of it but the whole is incomplete, and what follows is left alone.
    private void isWhole(byte[] bytes, @Nullable Object source) {
        for (int length = 1; length < bytes.length; length++) {
            assertThat(parse(Arrays.copyOf(bytes, length))).as("%s bytes", length).isEqualTo(ProxyHeader.PARTIAL);
        }
        byte[] more = Arrays.copyOf(bytes, bytes.length + 9);
        for (byte[] each : new byte[][]{bytes, more}) {
            assertThat(parse(each)).isEqualTo(bytes.length);
            assertThat((Object) header.source()).isEqualTo(source);
        }
    }

    private static byte[] version2(int command, int family, byte[]... pieces) {
        var body = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            body.writeBytes(piece);
        }
        return ByteBuffer.allocate(16 + body.size())
                .put("\r\n\r\n\0\r\nQUIT\n".getBytes(ISO_8859_1))
                .put((byte) command).put((byte) family).putShort((short) body.size()).put(body.toByteArray())
                .array();
    }

    private static byte[] addresses(byte[] from, byte[] to, int fromPort, int toPort) {
        return ByteBuffer.allocate(2 * from.length + 4).put(from).put(to)
                .putShort((short) fromPort).putShort((short) toPort).array();
    }

    private static byte[] field(int type, byte[] value) {
        return ByteBuffer.allocate(3 + value.length).put((byte) type).putShort((short) value.length).put(value).array();
    }

    @Property
    void aVersion1LineNamesItsSource(
            @ForAll @Size(4) byte[] from, @ForAll @IntRange(max = 65_535) int port) throws Exception {
        InetAddress address = InetAddress.getByAddress(from);
        isWhole(("PROXY TCP4 " + address.getHostAddress() + " 10.0.0.1 " + port + " 80\r\n").getBytes(ISO_8859_1),
                new InetSocketAddress(address, port));
    }

    @Property
    void aVersion1LineNamesItsIpv6Source(
            @ForAll @Size(16) byte[] from, @ForAll @IntRange(max = 65_535) int port) throws Exception {
        InetAddress address = InetAddress.getByAddress(from);
        if (address.getAddress().length == 16) {
            isWhole(("PROXY TCP6 " + address.getHostAddress() + " ::1 " + port + " 80\r\n").getBytes(ISO_8859_1),
                    new InetSocketAddress(address, port));
        }
    }

    @Property
    void aVersion2HeaderNamesItsSourceAndItsFieldsAreSkipped(
            @ForAll boolean ipv6, @ForAll @Size(16) byte[] from, @ForAll @IntRange(max = 65_535) int port,
            @ForAll @Size(max = 40) byte[] value) throws Exception {
        byte[] address = ipv6 ? from : Arrays.copyOf(from, 4);
        isWhole(version2(0x21, ipv6 ? 0x21 : 0x11, addresses(address, address, port, 80), field(0xEA, value),
                field(0x04, new byte[0])),
                new InetSocketAddress(InetAddress.getByAddress(address), port));
    }

    @Example
    void aUnixSourceIsItsPath() {
        byte[] paths = new byte[216];
        System.arraycopy("/run/a".getBytes(ISO_8859_1), 0, paths, 0, 6);
        isWhole(version2(0x21, 0x31, paths), UnixDomainSocketAddress.of("/run/a"));
        isWhole(version2(0x21, 0x31, new byte[216]), UnixDomainSocketAddress.of(""));
    }

    @Example
    void aProxyMaySpeakForItselfOrNotKnow() {
        isWhole("PROXY UNKNOWN\r\n".getBytes(ISO_8859_1), null);
        isWhole("PROXY UNKNOWN ffff::1 what ever 1 2\r\n".getBytes(ISO_8859_1), null);
        isWhole(version2(0x20, 0x00), null);
        isWhole(version2(0x20, 0x11, new byte[12]), null);
        isWhole(version2(0x20, 0x00, "anything".getBytes(ISO_8859_1)), null);
        isWhole(version2(0x21, 0x00), null);
        isWhole(version2(0x21, 0x12, new byte[12]), null);
    }

    @Example
    void aChecksumHasToBeRight() {
        byte[] addresses = addresses(new byte[]{1, 2, 3, 4}, new byte[4], 1, 2);
        byte[] whole = version2(0x21, 0x11, addresses, field(3, new byte[4]));
        var sum = new CRC32C();
        sum.update(whole);
        byte[] right = ByteBuffer.allocate(4).putInt((int) sum.getValue()).array();
        assertThat(parse(version2(0x21, 0x11, addresses, field(3, right)))).isPositive();
        right[2] ^= 1;
        assertThat(parse(version2(0x21, 0x11, addresses, field(3, right)))).isEqualTo(ProxyHeader.BAD);
        assertThat(parse(version2(0x21, 0x11, addresses, field(3, new byte[3])))).isEqualTo(ProxyHeader.BAD);
    }

    @Example
    void whatTheSpecificationDoesNotAllowIsBad() {
        for (String line : new String[]{
            "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 \r\n", "PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n",
            "PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n",
            "PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 -1 2\r\n",
            "PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n", "PROXY TCP4 1.2.3 5.6.7.8 1 2\r\n",
            "PROXY TCP4 1.2.3.04 5.6.7.8 1 2\r\n", "PROXY TCP4 1.2.3.256 5.6.7.8 1 2\r\n", "PROXY TCP4 ::1 ::1 1 2\r\n",
            "PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n", "PROXY TCP6 ::1%lo ::1 1 2\r\n", "PROXY TCP6 [::1] ::1 1 2\r\n",
            "PROXY TCP6 localhost ::1 1 2\r\n", "PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n", "PROXY \r\n",
            "PROXY tcp4 1.2.3.4\r\n",
            "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\rX", "PROXY UNKNOWN " + "x".repeat(93),
            "PROXY UNKNOWN " + "x".repeat(92) + "\r\n"}) {
            assertThat(parse(line)).as(line).isEqualTo(ProxyHeader.BAD);
        }
        byte[] twelve = new byte[12];
        for (byte[] each : new byte[][]{
            version2(0x11, 0x11, twelve), version2(0x22, 0x11, twelve), version2(0x21, 0x41, twelve),
            version2(0x21, 0x13, twelve), version2(0x21, 0x11, new byte[11]), version2(0x21, 0x21, new byte[35]),
            version2(0x21, 0x31, new byte[215]), version2(0x21, 0x11, new byte[13]),
            version2(0x21, 0x11, twelve, new byte[]{4, 0, 1}), version2(0x21, 0x11, new byte[MAX - 15])}) {
            assertThat(parse(each)).isEqualTo(ProxyHeader.BAD);
        }
    }

    @Example
    void anythingElseIsNotAHeader() {
        for (String other : new String[]{"GET / HTTP/1.1\r\n", "POST ", "PUT ", "PROXYING", "proxy ", "\r\n\r\nGET",
            "\n", "\0"}) {
            assertThat(parse(other)).as(other).isEqualTo(ProxyHeader.ABSENT);
        }
    }

    @Property
    void nothingThrowsAndNoMoreIsTakenThanIsThere(
            @ForAll boolean text, @ForAll @Size(max = 60) byte[] tail, @ForAll @IntRange(max = 40) int at,
            @ForAll byte change) throws Exception {
        byte[] start = text
                ? "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n".getBytes(ISO_8859_1)
                : version2(0x21, 0x11, addresses(new byte[4], new byte[4], 1, 2), field(4, new byte[5]));
        byte[] bytes = Arrays.copyOf(start, start.length + tail.length);
        System.arraycopy(tail, 0, bytes, start.length, tail.length);
        bytes[Math.min(at, bytes.length - 1)] = change;
        assertThat(parse(bytes)).isBetween(ProxyHeader.BAD, bytes.length);
    }

    @Example
    void networksContainWhatTheirPrefixSays() throws Exception {
        TrustedPeers trusted = TrustedPeers.of(List.of("10.0.0.0/8", "192.0.2.7", "2001:db8::/33", "unix:"));
        assertThat(trusted.contains(InetAddress.ofLiteral("10.255.0.1"))).isTrue();
        assertThat(trusted.contains(InetAddress.ofLiteral("11.0.0.1"))).isFalse();
        assertThat(trusted.contains(InetAddress.ofLiteral("192.0.2.7"))).isTrue();
        assertThat(trusted.contains(InetAddress.ofLiteral("192.0.2.6"))).isFalse();
        assertThat(trusted.contains(InetAddress.ofLiteral("2001:db8:7fff::1"))).isTrue();
        assertThat(trusted.contains(InetAddress.ofLiteral("2001:db8:8000::1"))).isFalse();
        assertThat(trusted.contains(UnixDomainSocketAddress.of(""))).isTrue();
        assertThat(TrustedPeers.of(List.of("0.0.0.0/0")).contains(UnixDomainSocketAddress.of(""))).isFalse();
        for (String wrong : new String[]{"10.0.0.0/33", "10.0.0.1/8", "localhost", "10.0.0.0/", "10.0.0/8", "",
            "::1/129"}) {
            assertThat(Assertions
                    .catchThrowable(() -> TrustedPeers.of(List.of(wrong)))).as(wrong)
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'" + wrong + "'");
        }
    }
}
