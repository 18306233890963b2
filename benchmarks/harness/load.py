"""One block: a few seconds of wrk on one server, and what it cost."""
import json
import os
import re
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass

from .contestant import BENCHMARKS, LOAD_CORE, REPOSITORY, tool
from .machine import Machine
from .process import Failure, jit_nanos

CONNECTIONS = 64


@dataclass(frozen=True)
class Shape:
    """One kind of load: what is asked for, and how."""

    path: str = "/plaintext"
    connections: int = CONNECTIONS
    depth: int = 1       # requests in flight per connection
    body: int = 0        # bytes that are posted; 0: GET
    close: bool = False  # a connection for each request, which the server closes

    def request(self, port):
        """The bytes that wrk sends for one request."""
        lines = [f"{'POST' if self.body else 'GET'} {self.path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
        lines += ["Connection: close"] if self.close else []
        lines += [f"Content-Length: {self.body}"] if self.body else []
        return "\r\n".join([*lines, "", ""]).encode() + b"x" * self.body


@dataclass
class Block:
    """What one block cost. Shares are of one core, except `steal` and `others`: of the whole machine."""

    requests: int
    seconds: float
    cpu_nanos: int            # by thread, or by process for a contestant that ends threads
    cpu_nanos_threads: int
    cpu_nanos_processes: int
    machine_nanos: int        # busy time of all cores, from /proc/stat
    server_share: float
    load_share: float
    jit_share: float
    steal: float
    others: float

    @property
    def micros(self):
        return self.cpu_nanos / 1000 / self.requests

    @property
    def machine_micros(self):
        return self.machine_nanos / 1000 / self.requests

    @property
    def per_second(self):
        return self.requests / self.seconds


def wrk(port, shape, seconds):
    return ["taskset", "-c", str(LOAD_CORE), tool("wrk"), "-t1", f"-c{shape.connections}", f"-d{seconds}",
            "-s", str(BENCHMARKS / "load" / "shape.lua"), f"http://127.0.0.1:{port}{shape.path}", "--",
            str(shape.depth), str(shape.body), str(int(shape.close))]


def run_wrk(port, shape, seconds):
    """Runs wrk; returns completed requests, seconds, and wrk's own CPU nanoseconds."""
    child = subprocess.Popen(wrk(port, shape, seconds), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, start_new_session=True)
    try:
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    except BaseException:
        if child.returncode is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        raise
    finally:
        child.stdout.close()
    result = re.search(r"^result (.*)$", output, re.MULTILINE)
    if child.returncode or not result:
        raise Failure(f"wrk failed with exit code {child.returncode}:\n{output}")
    counts = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", result[1])}
    errors = {key: counts[key] for key in ("connect", "read", "write", "timeout", "status") if counts[key]}
    if errors or not counts["requests"]:
        raise Failure(f"wrk saw errors on port {port}, {shape}: {errors or 'no reply at all'}")
    return counts["requests"], counts["micros"] / 1e6, int((usage.ru_utime + usage.ru_stime) * 1e9)


def block(server, shape, seconds):
    jit = jit_nanos(server.process.pid)
    machine, before = Machine(), server.process.cpu()
    requests, elapsed, load_nanos = run_wrk(server.port, shape, seconds)
    time.sleep(0.05)  # the server's part in closing the connections
    after, busy = server.process.cpu(), machine.since()
    if not server.process.running():
        raise Failure(f"{server.contestant.name} has ended:\n{server.process.last_words()}")
    by_thread, by_process = after.threads_since(before), after.processes_since(before)
    cpu = by_process if server.contestant.ends_threads else by_thread
    return Block(requests, elapsed, cpu, by_thread, by_process, busy.busy_nanos,
                 server_share=by_process / 1e9 / elapsed, load_share=load_nanos / 1e9 / elapsed,
                 jit_share=(jit_nanos(server.process.pid) - jit) / 1e9 / elapsed, steal=busy.steal,
                 others=max(0.0, busy.busy_nanos - by_process - load_nanos) / busy.total_nanos)


@dataclass
class WarmUp:
    seconds: float
    requests: int
    quiet: bool


def warm_up(server, shape, seconds_min, seconds_max, requests_min=300_000):
    """Load of this shape until the compiler threads use < 1 % of a core and three windows of 2 s agree in 2 %.

    A contestant without a JIT is warm after one window.
    """
    started, requests, costs = time.monotonic(), 0, []
    has_jit = jit_nanos(server.process.pid) > 0
    while True:
        window = block(server, shape, 2)
        requests += window.requests
        costs = [*costs[-2:], window.micros]
        elapsed = time.monotonic() - started
        agree = len(costs) == 3 and max(costs) <= 1.02 * min(costs)
        if not has_jit:
            return WarmUp(elapsed, requests, True)
        if elapsed >= seconds_min and requests >= requests_min and window.jit_share < 0.01 and agree:
            return WarmUp(elapsed, requests, True)
        if elapsed >= seconds_max:
            return WarmUp(elapsed, requests, False)


class Generator:
    """A `partita load` that runs on its core; end() waits for it and returns its JSON file as a dictionary."""

    def __init__(self, url, seconds, warm_up, *options):
        self.result = tempfile.NamedTemporaryFile(suffix=".json")
        command = ["taskset", "-c", LOAD_CORE, REPOSITORY / "partita", "load", url, "--warmup", f"{warm_up}s",
                   "--duration", f"{seconds}s", "--json", self.result.name, *options]
        self.child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True)
        self.seconds_max = 2 * (seconds + warm_up) + 60

    def end(self):
        with self.result:
            try:
                said, _ = self.child.communicate(timeout=self.seconds_max)
            except BaseException:
                self.child.kill()
                self.child.communicate()
                raise
            if self.child.returncode not in (0, 3):  # 3: the generator calls its result void, and the file says why
                raise Failure(f"partita load ended with {self.child.returncode}:\n{said}")
            return json.load(self.result)


def paced(port, shape, rate, warm_up, seconds):
    """An open loop of `rate` requests a second by `partita load`; its JSON file as a dictionary."""
    return Generator(f"http://127.0.0.1:{port}{shape.path}", seconds, warm_up, "--rate", rate,
                     "--connections", shape.connections).end()
