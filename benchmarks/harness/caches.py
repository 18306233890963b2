"""Caches that run, hold every key and count what they are asked, and generators of load for them."""
import contextlib
import os
import signal
import socket
import time

from . import machine
from .contestant import BUILD, LOAD_CORE, REPOSITORY, SERVER_CORE, free_port, tool
from .process import Failure, Process, jit_nanos

CONNECTIONS = 32
KEYS, VALUE_BYTES, MEGABYTES = 100_000, 1_024, 512
STEAL_MAX, OTHERS_MAX = 0.005, 0.05


class Cache:
    """A server that runs and holds every key."""

    def __init__(self, name, command, port):
        self.name, self.port = name, port
        self.process = Process(command, BUILD / "logs" / f"cache-{name}.log", SERVER_CORE, REPOSITORY)
        try:
            self.connection = self._connect()
            self._fill()
        except BaseException:
            self.process.stop()
            raise

    def _connect(self):
        deadline = time.monotonic() + 60
        while True:
            if not self.process.running():
                raise Failure(f"{self.name} ended at once:\n{self.process.last_words()}")
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=60)
            except OSError:
                if time.monotonic() > deadline:
                    raise Failure(f"{self.name} does not listen") from None
                time.sleep(0.05)

    def _fill(self):
        value = b"v" * VALUE_BYTES
        for start in range(0, KEYS, 1_000):
            self.connection.sendall(b"".join(b"set key:%012d 0 0 %d noreply\r\n%s\r\n" % (key, VALUE_BYTES, value)
                                             for key in range(start, min(KEYS, start + 1_000))))
        if self.stats()["curr_items"] != str(KEYS):
            raise Failure(f"{self.name} does not hold all {KEYS} keys")

    def stats(self):
        self.connection.sendall(b"stats\r\n")
        answer = b""
        while not answer.endswith(b"END\r\n"):
            answer += self.connection.recv(1 << 16)
        return dict(line.split(" ", 2)[1:] for line in answer.decode().splitlines() if line.startswith("STAT "))

    def operations(self):
        stats = self.stats()
        return int(stats["cmd_get"]) + int(stats["cmd_set"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()
        self.process.stop()


def memcached():
    port = free_port()
    user = ["-u", "root"] if os.geteuid() == 0 else []
    return Cache("memcached", [tool("memcached"), "-l", "127.0.0.1", "-p", port, "-U", "0", "-t", "1", "-m", MEGABYTES, *user],
                 port)


def ours(launcher, name="partita", options=("-t", "1")):
    port = free_port()
    return Cache(name, [launcher, "cache", "-p", port, "-m", MEGABYTES, "--admin", "off", *options], port)


class Generator:
    """`partita load` that goes on until it is told to end, stopped while it is not its turn."""

    def __init__(self, launcher, server, options):
        self.server = server
        self.process = Process([launcher, "load", f"cache://127.0.0.1:{server.port}", "--closed", "--connections",
                                CONNECTIONS, "--keys", KEYS, "--value-bytes", VALUE_BYTES, "--duration", "2h", "--warmup", "0",
                                "--timeout", "1h", *options],
                               BUILD / "logs" / f"cache-load-{server.name}.log", LOAD_CORE, REPOSITORY)

    def block(self, seconds):
        """CPU microseconds for an operation of the server, operations a second, and what disturbed the block."""
        os.kill(self.process.pid, signal.SIGCONT)
        time.sleep(0.1)
        others, jit = machine.Machine(), jit_nanos(self.server.process.pid)
        begun, before, operations, load = (time.monotonic(), self.server.process.cpu(), self.server.operations(),
                                           self.process.cpu())
        time.sleep(seconds)
        operations = self.server.operations() - operations
        after, elapsed, busy = self.server.process.cpu(), time.monotonic() - begun, others.since()
        load = self.process.cpu().processes_since(load)
        os.kill(self.process.pid, signal.SIGSTOP)
        if not self.process.running() or not operations:
            raise Failure(f"the load on {self.server.name} has ended:\n{self.process.last_words()}")
        cpu = after.processes_since(before)
        return {"micros": cpu / 1_000 / operations, "rate": operations / elapsed, "server": cpu / 1e9 / elapsed,
                "load": load / 1e9 / elapsed, "jit": (jit_nanos(self.server.process.pid) - jit) / 1e9 / elapsed,
                "steal": busy.steal, "others": max(0.0, busy.busy_nanos - cpu - load) / busy.total_nanos}

    def warm_up(self, least, most):
        begun, costs = time.monotonic(), []
        while time.monotonic() - begun < most:
            block = self.block(2)
            costs = [*costs[-2:], block["micros"]]
            if time.monotonic() - begun >= least and block["jit"] < 0.01 and max(costs) <= 1.02 * min(costs):
                return

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGCONT)
        self.process.stop()


def disturbance(block):
    if block["steal"] > STEAL_MAX:
        return f"steal {block['steal']:.1%}"
    if block["others"] > OTHERS_MAX:
        return f"other processes {block['others']:.1%}"
    return ""
