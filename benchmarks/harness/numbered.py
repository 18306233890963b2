"""Load whose every request can be told from every other: numbered POSTs at a fixed rate, on kept and on fresh connections.

What makes it is `clients/numbered.c`, a process of its own; here it is started, told when to end, and its outcome read.
"""
import array
import contextlib
import subprocess
import tempfile
from dataclasses import dataclass

from .contestant import BENCHMARKS, BUILD, tool
from .process import Failure

ANSWERED, REFUSED, LOST, WRONG, UNSENT = range(5)
NAMES = ("answered", "refused", "lost", "wrong", "unsent")


@dataclass
class Timetable:
    """From `begin` on (a moment of the monotonic clock) `rate` requests a second, numbered from 1 on: every `fresh_every`-th of them on
    a connection of its own, the others on `kept` ones."""

    port: int
    begin: float
    rate: float
    kept: int
    fresh_every: int


@dataclass
class Outcome:
    """What became of each request, and of connections between two of them. Moments are of the monotonic clock."""

    identities: array.array
    due: array.array
    ended: array.array
    fate: array.array
    closed_silently: array.array  # moments
    announced: int                # connections whose last answer said so
    late: array.array             # seconds from due to sent, of requests that no connection had to be waited for
    complaints: list              # (moment, words) of what went wrong, the first ones


class Load:
    """The timetable, until the moment that `until` says; `join` waits for it and says what was seen."""

    def __init__(self, timetable):
        BUILD.mkdir(exist_ok=True)
        binary = BUILD / "numbered"
        subprocess.run([tool("gcc"), "-std=c11", "-O2", "-Wall", "-Wextra", "-o", binary, BENCHMARKS / "clients" / "numbered.c"],
                       check=True)
        self.out = tempfile.TemporaryFile()
        self.child = subprocess.Popen([binary, str(timetable.port), repr(timetable.begin), repr(timetable.rate), str(timetable.kept),
                                       str(timetable.fresh_every)], stdin=subprocess.PIPE, stdout=self.out)

    def until(self, moment):
        with contextlib.suppress(BrokenPipeError):
            self.child.stdin.write(f"{moment!r}\n".encode())
            self.child.stdin.flush()

    def join(self):
        if self.child.wait():
            raise Failure(f"the clients have ended with {self.child.returncode}")
        self.out.seek(0)
        columns = [self.column(code) for code in "qddbd"]
        announced = self.number()
        late = self.column("d")
        complaints = [line.split("\t", 1) for line in self.out.read()[8:].decode(errors="replace").splitlines()]
        return Outcome(*columns, announced, late, [(float(moment), words) for moment, words in complaints])

    def number(self):
        numbers = array.array("q")
        numbers.frombytes(self.out.read(8))
        return numbers[0]

    def column(self, code):
        values = array.array(code)
        values.frombytes(self.out.read(self.number() * values.itemsize))
        return values

    def end(self):
        """Ends what still runs."""
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        self.child.stdin.close()
        self.out.close()
