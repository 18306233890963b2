"""What is measured: each kind knows how it is prepared and started on a port. peers.py has more of them."""
import os
import pathlib
import shutil
import socket
import subprocess
import threading
import time
import urllib.request

from .process import Failure, Process

BENCHMARKS = pathlib.Path(__file__).resolve().parent.parent
REPOSITORY = BENCHMARKS.parent
BUILD = BENCHMARKS / "build"
SERVER_CORE, LOAD_CORE = 0, 1
START_SECONDS_MAX = 30
PREPARE_SECONDS_MAX = 900  # the first start may have to build everything


class Contestant:
    """`name` for the tables; `ends_threads`: CPU by thread would forget some (see CpuReading)."""

    name = "?"
    ends_threads = False
    pinned = True
    tuning = ""  # what the report says of how it was set up

    def prepare(self):
        """Whatever must have been built before the first start."""

    def command(self, port):
        raise NotImplementedError

    def start(self, request=None):
        """Starts it and returns a Server that has answered once: what `request(port)` asks, by default /plaintext."""
        port = free_port()
        log = BUILD / "logs" / f"{self.name.replace(' ', '-')}.log"
        process = Process(self.command(port), log, SERVER_CORE if self.pinned else None, REPOSITORY)
        try:
            return Server(self, process, port, request or plaintext)
        except BaseException:
            process.stop()
            raise


class Server:
    """A contestant that runs: address, process, and the reply that it gave."""

    def __init__(self, contestant, process, port, request):
        self.contestant, self.process, self.port = contestant, process, port
        self.url = f"http://127.0.0.1:{port}/plaintext"
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            if not process.running():
                raise Failure(f"{contestant.name} ended at once:\n{process.last_words()}")
            try:
                self.reply = exchange(port, request(port))
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    raise Failure(f"{contestant.name} did not answer on port {port} in {START_SECONDS_MAX} s "
                                  f"({error}):\n{process.last_words()}") from error
                time.sleep(0.002)
        if not self.reply.startswith(b"HTTP/1.1 200"):
            raise Failure(f"{contestant.name} answered {request(port)[:60]!r} with {self.reply[:60]!r}")

    def stop(self):
        self.process.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Floor(Contestant):
    """A C program; it replays the reply that it is given, so that both sides send the same number of bytes.

    `request_bytes`: so many are a request, for one with a body; by default the end of a head is its end.
    """

    tuning = "gcc -O2"

    def __init__(self, name="C epoll floor", reply=None, kind="epoll", request_bytes=None):
        self.name, self.kind, self.request_bytes = name, kind, request_bytes
        self.binary = BUILD / f"floor-{kind}"
        self.reply_file = None
        if reply is not None:
            BUILD.mkdir(exist_ok=True)
            self.reply_file = BUILD / f"reply-{kind}"
            self.reply_file.write_bytes(reply)

    def prepare(self):
        BUILD.mkdir(exist_ok=True)
        source = BENCHMARKS / "floor" / f"{self.kind}.c"
        subprocess.run([tool("gcc"), "-std=c11", "-O2", "-Wall", "-Wextra", "-o", self.binary, source], check=True)

    def command(self, port):
        return ([self.binary, port] + ([self.reply_file] if self.reply_file else [])
                + ([self.request_bytes] if self.request_bytes else []))


class Partita(Contestant):
    """This project through its launcher, which execs: the process that we started is the server."""

    def __init__(self, model, transport="epoll", options=(), launcher=None, pinned=True):
        self.model, self.transport, self.options, self.pinned = model, transport, list(options), pinned
        self.launcher = pathlib.Path(launcher or REPOSITORY / "partita").resolve()
        self.name = f"{model} {transport}"
        self.ends_threads = model in ("mp", "vt")

    def prepare(self):
        """Builds, and starts once: what the launcher makes at the first start (AOT cache) is then there."""
        if not os.access(self.launcher, os.X_OK):
            raise Failure(f"the launcher {self.launcher.name} is missing or not executable in the repository's root")
        try:
            built = subprocess.run([self.launcher, "--version"], cwd=REPOSITORY, stdin=subprocess.DEVNULL,
                                   capture_output=True, text=True, timeout=PREPARE_SECONDS_MAX)
        except subprocess.TimeoutExpired as error:
            raise Failure(f"./partita --version took more than {PREPARE_SECONDS_MAX} s") from error
        if built.returncode:
            raise Failure(f"./partita --version failed with exit code {built.returncode}:\n"
                          + "\n".join((built.stdout + built.stderr).splitlines()[-15:]))
        self.start().stop()

    def command(self, port):
        return [self.launcher, "serve", "--model", self.model, "--transport", self.transport, "--demo",
                "--port", port, *self.options]


class LoggingPartita(Partita):
    """The same with the access log on, in a file in memory (tmpfs): no disk takes part, and the file is emptied as it grows."""

    FOLDER = pathlib.Path("/dev/shm")
    FILE_BYTES_MAX = 256 << 20

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.name += ", access log on"
        self.file = self.FOLDER / f"partita-access-{os.getpid()}.log"
        self.admin = None

    def command(self, port):
        self.admin = free_port()
        return [*super().command(port), "--access-log", self.file, "--admin", self.admin]

    def start(self, request=None):
        server = super().start(request)
        threading.Thread(target=self.keep_small, args=[server.process]).start()
        return server

    def keep_small(self, process):
        """The server appends, so it goes on at the start of an empty file."""
        while process.running():
            if self.file.stat().st_size > self.FILE_BYTES_MAX:
                os.truncate(self.file, 0)
            time.sleep(0.1)
        self.file.unlink(missing_ok=True)

    def lines_dropped(self):
        """How many lines it has not written, of how many requests, since it runs."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/metrics", timeout=10) as answer:
            metrics = dict(line.rsplit(" ", 1) for line in answer.read().decode().splitlines() if not line.startswith("#"))
        return int(float(metrics["partita_log_lines_dropped_total"])), int(float(metrics["partita_requests_total"]))


class Nginx(Contestant):
    """Debian's nginx with one worker, `return 200` and files: a peer whose figures many know."""

    def __init__(self, name="nginx", root=BENCHMARKS, open_files=True):
        self.name, self.root = name, root
        self.cache = "open_file_cache max=1000;" if open_files else ""
        self.tuning = ("one worker, no access log, multi_accept; files with sendfile, tcp_nopush"
                       + (" and open_file_cache (so it looks at a file once a minute)" if open_files
                          else ", as Debian sets it up"))

    def prepare(self):
        tool("nginx")

    def command(self, port):
        folder = BUILD / "nginx"
        for part in ("logs", "temp"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        temporary = "".join(f"{kind}_temp_path temp/{kind};" for kind in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        configuration = folder / f"{port}.conf"
        # Started by root, its worker would become nobody, who may not read a checkout below /root.
        user = "user root;" if os.geteuid() == 0 else ""
        configuration.write_text(f"""
            {user} daemon off; worker_processes 1; pid {port}.pid; error_log stderr warn; worker_rlimit_nofile 20000;
            events {{ worker_connections 16384; use epoll; multi_accept on; }}
            http {{ access_log off; server_tokens off; keepalive_requests 1000000000; keepalive_timeout 3600s;
                   default_type text/plain; {temporary}
                   sendfile on; tcp_nopush on; {self.cache}
                   server {{ listen 127.0.0.1:{port} backlog=4096;
                             location /plaintext {{ return 200 "Hello, World!"; }}
                             location /json {{ default_type application/json;
                                               return 200 '{{"message":"Hello, World!"}}'; }}
                             location / {{ root {self.root}; }} }} }}""")
        return [tool("nginx"), "-e", "stderr", "-p", folder, "-c", configuration]


def tool(name, package=None):
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if path is None:
        raise Failure(f"{name} is missing (Debian: apt-get install {package or name})")
    return path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def plaintext(port):
    """A request as wrk sends it."""
    return f"GET /plaintext HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()


def exchange(port, request):
    """The whole reply to a request."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(request)
        return read_reply(connection)


def read_reply(connection):
    reply, needed = bytearray(), None
    while needed is None or len(reply) < needed:
        part = connection.recv(1 << 16)
        if not part:
            raise ConnectionResetError(f"closed after {len(reply)} bytes of a reply")
        reply += part
        if needed is None:
            needed = _reply_bytes(reply)
    return bytes(reply)


def _reply_bytes(reply):
    """Length of a reply whose head is complete; None: not yet."""
    head, separator, _ = reply.partition(b"\r\n\r\n")
    if not separator:
        return None
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return len(head) + 4 + int(value)
    raise Failure(f"a reply without Content-Length: {bytes(head)!r}")
