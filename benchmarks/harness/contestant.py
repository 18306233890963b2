"""What is measured: each kind knows how it is prepared and started on a port. The race's peers will be more of them."""
import os
import pathlib
import shutil
import socket
import subprocess
import time

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

    def prepare(self):
        """Whatever must have been built before the first start."""

    def command(self, port):
        raise NotImplementedError

    def start(self):
        """Starts it and returns a Server that has answered once."""
        port = free_port()
        log = BUILD / "logs" / f"{self.name.replace(' ', '-')}.log"
        process = Process(self.command(port), log, SERVER_CORE if self.pinned else None, REPOSITORY)
        try:
            return Server(self, process, port)
        except BaseException:
            process.stop()
            raise


class Server:
    """A contestant that runs: address, process, and the reply that it gave."""

    def __init__(self, contestant, process, port):
        self.contestant, self.process, self.port = contestant, process, port
        self.url = f"http://127.0.0.1:{port}/plaintext"
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            if not process.running():
                raise Failure(f"{contestant.name} ended at once:\n{process.last_words()}")
            try:
                self.reply = exchange(port)
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    raise Failure(f"{contestant.name} did not answer on port {port} in {START_SECONDS_MAX} s "
                                  f"({error}):\n{process.last_words()}") from error
                time.sleep(0.02)
        if not self.reply.startswith(b"HTTP/1.1 200"):
            raise Failure(f"{contestant.name} answered /plaintext with {self.reply[:60]!r}")

    def stop(self):
        self.process.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Floor(Contestant):
    """The C program; it replays the reply that it is given, so that both sides send the same number of bytes."""

    def __init__(self, name="C epoll floor", reply=None):
        self.name = name
        self.reply_file = None
        if reply is not None:
            BUILD.mkdir(exist_ok=True)
            self.reply_file = BUILD / "reply"
            self.reply_file.write_bytes(reply)

    binary = BUILD / "floor-epoll"

    def prepare(self):
        BUILD.mkdir(exist_ok=True)
        source = BENCHMARKS / "floor" / "epoll.c"
        subprocess.run([tool("gcc"), "-std=c11", "-O2", "-Wall", "-Wextra", "-o", self.binary, source], check=True)

    def command(self, port):
        return [self.binary, port] + ([self.reply_file] if self.reply_file else [])


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


class Nginx(Contestant):
    """Debian's nginx with one worker and `return 200`: a peer whose figures many know."""

    name = "nginx return 200"

    def command(self, port):
        folder = BUILD / "nginx"
        for part in ("logs", "temp"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        temporary = "".join(f"{kind}_temp_path temp/{kind};" for kind in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (folder / "nginx.conf").write_text(f"""
            daemon off; worker_processes 1; pid nginx.pid; error_log stderr warn;
            events {{ worker_connections 4096; use epoll; multi_accept on; }}
            http {{ access_log off; server_tokens off; keepalive_requests 1000000000; keepalive_timeout 600s;
                   default_type text/plain; {temporary}
                   server {{ listen 127.0.0.1:{port} backlog=4096;
                             location / {{ return 200 "Hello, World!"; }} }} }}""")
        return [tool("nginx"), "-e", "stderr", "-p", folder, "-c", "nginx.conf"]


def tool(name, package=None):
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if path is None:
        raise Failure(f"{name} is missing (Debian: apt-get install {package or name})")
    return path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def exchange(port, path="/plaintext"):
    """One request as wrk sends it; returns the whole reply."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        return read_reply(connection)


def read_reply(connection):
    reply = b""
    while True:
        part = connection.recv(1 << 16)
        if not part:
            raise ConnectionResetError(f"closed after {len(reply)} bytes of a reply")
        reply += part
        head, separator, body = reply.partition(b"\r\n\r\n")
        if separator:
            for line in head.split(b"\r\n"):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length" and len(body) >= int(value):
                    return reply
