package peers;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.http11.Http11NioProtocol;

/// Tomcat embedded, with its NIO connector: no limit of requests on a connection, one servlet, no access log.
///
/// Arguments: port, folder of the files (not served).
public final class TomcatServer {
    private static final byte[] HELLO = "Hello, World!".getBytes(StandardCharsets.US_ASCII);

    private TomcatServer() {}

    public static void main(String[] arguments) throws Exception {
        Logger.getLogger("org.apache").setLevel(Level.WARNING);
        Http11NioProtocol protocol = new Http11NioProtocol();
        protocol.setPort(Integer.parseInt(arguments[0]));
        protocol.setProperty("address", "127.0.0.1");
        protocol.setAcceptCount(4096);
        protocol.setMaxConnections(20_000);
        protocol.setMaxKeepAliveRequests(-1);
        protocol.setKeepAliveTimeout(3_600_000);
        protocol.setProcessorCache(-1);
        protocol.setMaxThreads(64);
        protocol.setMinSpareThreads(16);
        protocol.setTcpNoDelay(true);
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(System.getProperty("java.io.tmpdir"));
        tomcat.setConnector(new Connector(protocol));
        Context context = tomcat.addContext("", new File(arguments[1]).getAbsolutePath());
        Tomcat.addServlet(context, "plaintext", new Plaintext());
        context.addServletMappingDecoded("/plaintext", "plaintext");
        tomcat.start();
        tomcat.getServer().await();
    }

    private static final class Plaintext extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.setContentType("text/plain");
            response.setContentLength(HELLO.length);
            response.getOutputStream().write(HELLO);
        }
    }
}
