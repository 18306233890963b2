package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.partita.connection.Protocol;
import java.io.IOException;
import java.nio.file.Path;

/// [LineProtocol] as it is.
final class LineDialect implements Dialect {
    @Override
    public Protocol protocol(Backstage backstage, Path folder) {
        return new LineProtocol(backstage, folder);
    }

    @Override
    public byte[] request(String command) {
        return (command + "\n").getBytes(ISO_8859_1);
    }

    @Override
    public String reply(WireClient client) throws IOException {
        int length = Integer.parseInt(client.readLine());
        return new String(client.readExactly(length), ISO_8859_1);
    }

    @Override
    public boolean answersFailures() {
        return false;
    }

    @Override
    public boolean announcesTheEnd() {
        return false;
    }

    @Override
    public String toString() {
        return "line";
    }
}
