package dev.partita.testing;

import dev.partita.connection.Protocol;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// How the commands of [LineProtocol] are said and answered in a certain protocol, so that one test speaks several.
public interface Dialect {
    /// A protocol that performs the commands.
    ///
    /// @param folder where the file is that `file` sends
    Protocol protocol(Backstage backstage, Path folder);

    /// The bytes of a request, without the body of `put`, which follows as it is.
    byte[] request(String command);

    /// Reads one reply.
    ///
    /// @return its body as text; `busy` if the request was shed, `?` if it was refused, `failed` if its work threw
    String reply(WireClient client) throws IOException;

    /// True if work that throws has an answer, and false if it ends the connection.
    boolean answersFailures();

    /// True if the last reply of a draining server says that the connection ends.
    boolean announcesTheEnd();

    /// One request after the other.
    default byte[] requests(List<String> commands) {
        var all = new ByteArrayOutputStream();
        commands.forEach(command -> all.writeBytes(request(command)));
        return all.toByteArray();
    }

    /// Sends a request and reads its reply.
    default String ask(WireClient client, String command) throws IOException {
        client.send(request(command));
        return reply(client);
    }
}
