"""What chaos happens to: a server that logs the number of every request, and how it is reloaded, broken and looked into."""
import collections
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

from .contestant import REPOSITORY, tool
from .process import Failure, Process, Successor, is_alive
from .transfers import LINES

LOGGED = re.compile(rb'"(?:POST|PUT) \S*[?&]id=(\d+)\S* HTTP/1\.1" 2')
RELOADED = re.compile(rb"^reloaded: ", re.MULTILINE)
NOT_RELOADED = re.compile(rb"^partita: .*generation \d+ goes on", re.MULTILINE)
START_SECONDS_MAX = 30


class Site:
    """A server over its whole life, however often it is started. `folder` is its own, and empty."""

    echoes = True   # an upload's answer is the upload

    def __init__(self, name, folder):
        self.name, self.folder = name, pathlib.Path(folder)
        self.port = free_port_low()
        self.log = self.folder / "access.log"
        self.log.touch()
        self.process = None
        self.starts = 0

    def upload(self, identity):
        """The request line of an upload without its end."""
        return f"POST /echo?id={identity}"

    def start(self):
        self.starts += 1
        self.process = Process(self.command(), self.folder / f"output-{self.starts}.log", directory=REPOSITORY)
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self.answers():
            if not self.process.running():
                raise Failure(f"{self.name} ended at once:\n{self.process.last_words()}")
            if time.monotonic() > deadline:
                raise Failure(f"{self.name} did not answer in {START_SECONDS_MAX} s:\n{self.process.last_words()}")
            time.sleep(0.01)

    def answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                return connection.recv(16).startswith(b"HTTP/1.1 ")
        except OSError:
            return False

    def reload(self):
        if not self.process.running():
            raise Failure(f"{self.name} has ended:\n{self.process.last_words()}")
        os.kill(self.process.pid, signal.SIGHUP)

    def verdicts(self):
        """How many reloads the server said were taken, and how many were not; nothing if it does not say."""
        return None

    def upgrade(self):
        """Lets another process take over. Returns what went wrong, or nothing."""
        return f"{self.name} cannot be upgraded"

    def workers(self):
        """The descendants of the server that live, zombies not counted."""
        return [pid for pid in self.process.family()[1:] if is_alive(pid)]

    def executed(self):
        """How often each number stands in the log."""
        return collections.Counter(int(number) for number in LOGGED.findall(self.log.read_bytes()))

    def stop(self):
        if self.process:
            self.process.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class PartitaSite(Site):
    def __init__(self, name, folder, options, launcher=None):
        super().__init__(name, folder)
        self.launcher = pathlib.Path(launcher or REPOSITORY / "partita").resolve()
        self.config = self.folder / "partita.properties"
        self.control = self.folder / "control"
        self.options = {"port": self.port, "admin": "off", "control": self.control, "demo": "true", "work-per-micro": 100,
                        "access-log": self.log, **options}
        self.configure()

    def configure(self, broken=False):
        replace(self.config, "".join(f"{key}={value}\n" for key, value in self.options.items())
                + ("no-such-option=1\n" if broken else ""))

    def command(self):
        return [self.launcher, "serve", "--config", self.config]

    def verdicts(self):
        said = self.process.log.read_bytes()
        return len(RELOADED.findall(said)), len(NOT_RELOADED.findall(said))

    def upgrade(self):
        asked = subprocess.run([self.launcher, "upgrade", "--control", self.control], stdin=subprocess.DEVNULL,
                               capture_output=True, text=True, check=False)
        pid = re.match(r"process (\d+) serves", asked.stdout)
        if not pid:
            return f"an upgrade failed: {asked.stdout} {asked.stderr}".strip()
        self.process = Successor(int(pid[1]), self.process)
        return None

    def download(self, length):
        return f"/stream?bytes={length}"


class NginxSite(Site):
    echoes = False

    def __init__(self, name, folder, download_bytes):
        super().__init__(name, folder)
        self.config = self.folder / "nginx.conf"
        for part in ("temp", "files/upload"):
            (self.folder / part).mkdir(parents=True)
        (self.folder / "files" / "download").write_bytes((LINES * (download_bytes // len(LINES) + 1))[:download_bytes])
        for each in (self.folder, *self.folder.rglob("*")):
            each.chmod(0o777 if each.is_dir() else 0o666)  # its workers may be somebody else
        self.configure()

    def configure(self, broken=False):
        temporary = "".join(f"{kind}_temp_path temp/{kind};" for kind in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        replace(self.config, f"""
            daemon off; worker_processes 2; pid nginx.pid; error_log stderr warn;
            events {{ worker_connections 4096; }}
            http {{ access_log access.log; default_type text/plain; {temporary} {"no_such_option;" if broken else ""}
                   server {{ listen 127.0.0.1:{self.port} backlog=4096; root files; client_max_body_size 10m;
                             location /echo {{ return 200 $arg_id; }}
                             location /upload/ {{ dav_methods PUT; }} }} }}""")

    def command(self):
        return [tool("nginx"), "-e", "stderr", "-p", self.folder, "-c", "nginx.conf"]

    def upload(self, identity):
        return f"PUT /upload/{identity}?id={identity}"

    def download(self, length):
        return "/download"


def replace(path, text):
    """Never half a file to whoever reads it meanwhile."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)


def free_port_low():
    """A port below those that clients get: otherwise one of them may sit on it while the server is away."""
    for port in range(18000 + os.getpid() % 4000, 32000):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise Failure("no port is free")
