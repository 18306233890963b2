"""The servers that the race runs beside this project; benchmarks/peers builds them, each in a JVM of its own."""
import os
import subprocess

from .contestant import BENCHMARKS, BUILD, REPOSITORY, Contestant, tool
from .jdk import java
from .process import Failure

PEERS = BENCHMARKS / "peers"
BUILD_SECONDS_MAX = 900
# One core, so HotSpot would choose this collector too; a heap of one size, whose young part takes seconds of garbage.
JVM = ("-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-Xms512m", "-Xmx512m", "-Xmn256m")
NETTY_JVM = ("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
             "-Dio.netty.leakDetection.level=disabled", "-Dio.netty.buffer.checkBounds=false",
             "-Dio.netty.buffer.checkAccessible=false")
VERTX_JVM = ("-Dvertx.disableMetrics=true", "-Dvertx.disableWebsockets=true", "-Dvertx.disableContextTimings=true",
             "-Dvertx.disableHttpHeadersValidation=true", "-Dvertx.cacheImmutableHttpResponseHeaders=true",
             "-Dvertx.internCommonHttpRequestHeadersToLowerCase=true", "-Dvertx.disableURIValidation=true")


class Peer(Contestant):
    """A program of benchmarks/peers: `peers.<Main> PORT FOLDER [TRANSPORT]`."""

    _built = False

    def __init__(self, name, module, main, root, arguments=(), jvm=(), ends_threads=False, tuning=""):
        self.name, self.module, self.main, self.root = name, module, main, root
        self.arguments, self.jvm, self.ends_threads = list(arguments), [*JVM, *jvm], ends_threads
        self.tuning = tuning

    def prepare(self):
        if Peer._built:
            return
        log = BUILD / "logs" / "peers-build.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, "wb") as output:
            try:
                built = subprocess.run([tool("mvn", "maven"), "-B", "-q", "-f", PEERS / "pom.xml", "process-classes"],
                                       cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                       timeout=BUILD_SECONDS_MAX)
            except subprocess.TimeoutExpired as error:
                raise Failure(f"the build of the peers took more than {BUILD_SECONDS_MAX} s: "
                              f"see {os.path.relpath(log)}") from error
        if built.returncode:
            raise Failure(f"the build of the peers failed: see {os.path.relpath(log)}\n"
                          + "\n".join(log.read_text(errors="replace").splitlines()[:8]))
        Peer._built = True

    def command(self, port):
        folder = PEERS / self.module / "target"
        return [java(), *self.jvm, "-cp", f"{folder}/classes:{folder}/lib/*", f"peers.{self.main}", port, self.root,
                *self.arguments]


def peers(root):
    """All of them, in the order of the tables."""
    netty = ("one event loop; HttpServerCodec without header validation, one flush for a batch, void promises, "
             "AsciiString headers, date once a second, no leak detection, no buffer checks; files by FileRegion")
    return [
        *(Peer(f"Netty {transport}", "netty", "Netty", root, [transport], NETTY_JVM, tuning=netty
               + ("; receives into a ring of 1,024 buffers" if transport == "io_uring" else ""))
          for transport in ("epoll", "io_uring", "nio")),
        Peer("Vert.x", "vertx", "VertX", root, jvm=[*NETTY_JVM, *VERTX_JVM],
             tuning="one event loop, native epoll, no header and URI validation, no metrics, cached headers"),
        Peer("Undertow", "undertow", "UndertowServer", root,
             tuning="one I/O thread, direct buffers of 16 KiB, answers on the I/O thread; "
                    "files by ResourceHandler with a cache"),
        Peer("Jetty", "jetty", "Jetty", root,
             tuning="one selector, handlers that say that they do not block, no server header; files by ResourceHandler "
                    "with its cache"),
        Peer("Helidon", "helidon", "Helidon", root, ends_threads=True,
             tuning="as its TechEmpower entry: a virtual thread for each connection, smart asynchronous writes, no validation of "
                    "headers and paths, no logs of bytes, socket buffers of 64,000 bytes; no server and keep-alive header"),
        Peer("Tomcat", "tomcat", "TomcatServer", root,
             tuning="NIO connector, one poller, no limit of requests on a connection, a servlet of its own"),
        Peer("microhttp", "microhttp", "MicroHttp", root, tuning="one event loop, no logging"),
    ]
