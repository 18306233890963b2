"""System calls per request, counted by strace in a run of its own: tracing makes everything slow."""
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

from .load import run_wrk
from .process import Failure


def calls_per_request(server, shape, seconds=2):
    """Calls per request by name, or a sentence that says why there are none."""
    strace = shutil.which("strace")
    if not strace:
        return "strace is missing (Debian: apt-get install strace)"
    with tempfile.NamedTemporaryFile("r") as table:
        pids = [part for pid in server.process.family() for part in ("-p", str(pid))]
        tracer = subprocess.Popen([strace, "-f", "-c", "-o", table.name, *pids], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)
        try:
            attached = _wait_until_traced(server.process.pid, tracer)
            requests = run_wrk(server.port, shape, seconds)[0] if attached else 0
        finally:
            if tracer.poll() is None:
                os.kill(tracer.pid, signal.SIGINT)
            try:
                errors = tracer.communicate(timeout=10)[1]
            except subprocess.TimeoutExpired:
                tracer.kill()
                tracer.communicate()
                raise Failure("strace did not let go of the server") from None
        if not attached:
            return "strace may not attach here: " + (errors.strip().splitlines() or ["?"])[-1].replace("|", "/")
        return {name: calls / requests for name, calls in _parse(table.read())}


def _wait_until_traced(pid, tracer):
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and tracer.poll() is None:
        with open(f"/proc/{pid}/task/{pid}/status") as status:
            if not re.search(r"^TracerPid:\s+0$", status.read(), re.MULTILINE):
                time.sleep(0.3)  # its other threads
                return True
        time.sleep(0.02)
    return False


def _parse(table):
    for line in table.splitlines():  # % time, seconds, usecs/call, calls, [errors,] name
        fields = line.split()
        if len(fields) >= 5 and re.fullmatch(r"[\d.]+", fields[0]) and fields[-1] != "total":
            yield fields[-1], int(fields[3])
