"""Load whose every request can be told from every other: numbered POSTs at a fixed rate, on kept and on fresh connections.

A request is due at a moment of the timetable, whatever has become of the ones before it, and its latency counts from then. It
is never sent again: what became of each number is known once, and what the server says it has done is compared with that.
"""
import array
import collections
import contextlib
import multiprocessing
import os
import select
import signal
import socket
import time
from dataclasses import dataclass

ANSWERED, REFUSED, LOST, WRONG, UNSENT = range(5)
NAMES = ("answered", "refused", "lost", "wrong", "unsent")
PATIENCE_SECONDS = 10
CLIENTS = 2  # processes; one makes 5,000 requests/s on a processor of its own, which it has not
NICE = -10   # where it is allowed: clients elsewhere do not wait for a server's processors
FRESH_AT_ONCE_MAX = 500
BEGUN_AT_ONCE_MAX = 64  # a client that was kept waiting by the machine hears what has come before it begins more


@dataclass
class Timetable:
    """`rate` requests a second, every `fresh_every`-th of them on a connection of its own, the others on `kept` ones."""

    port: int
    begin: float
    rate: float
    kept: int
    fresh_every: int

    def share(self, number, of):
        """Every `of`-th request from the `number`-th on."""
        return Timetable(self.port, self.begin + number / self.rate, self.rate / of, self.kept // of, self.fresh_every)


@dataclass
class Outcome:
    """What became of each request, and of connections between two of them. Moments are of the monotonic clock."""

    identities: array.array
    due: array.array
    ended: array.array
    fate: array.array
    closed_silently: list   # moments
    announced: int          # connections whose last answer said so
    late: array.array       # seconds from due to sent, of requests that no connection had to be waited for
    complaints: list        # (moment, words) of what went wrong, the first ones

    @staticmethod
    def nothing():
        return Outcome(array.array("q"), array.array("d"), array.array("d"), array.array("b"), [], 0, array.array("d"), [])

    def add(self, other):
        for name in ("identities", "due", "ended", "fate", "closed_silently", "late", "complaints"):
            getattr(self, name).extend(getattr(other, name))
        self.announced += other.announced


class Connection:
    __slots__ = ("socket", "descriptor", "identity", "due", "since", "received", "kept", "connecting")

    def __init__(self, kept):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.descriptor = self.socket.fileno()
        self.identity = 0  # of the request that waits for its answer; 0: none does
        self.due = self.since = 0.0
        self.received = b""
        self.kept = kept
        self.connecting = True


class Client:
    """One process's share of the load; one thread, one epoll."""

    def __init__(self, timetable, end, first, step):
        self.timetable, self.end_at = timetable, end
        self.identity, self.step = first, step
        self.outcome = Outcome.nothing()
        self.epoll = select.epoll()
        self.open = {}
        self.idle = collections.deque()    # in turn, so that every connection is in use
        self.waiting = collections.deque()  # (identity, due): no connection is free
        self.kept = self.fresh = 0

    def run(self):
        timetable = self.timetable
        due, gap = timetable.begin, 1 / timetable.rate
        count = 0
        swept = 0.0
        while True:
            now = time.monotonic()
            end = self.end_at.value
            begun = 0
            while due <= now and due < end and begun < BEGUN_AT_ONCE_MAX:
                begun += 1
                count += 1
                identity, self.identity = self.identity, self.identity + self.step
                if count % timetable.fresh_every == 0:
                    self.begin_fresh(identity, due, now)
                else:
                    self.begin_kept(identity, due, now)
                due = timetable.begin + count * gap
            if now - swept > 0.5:
                swept = now
                self.sweep(now)
            if due >= end and (not self.in_flight() or now > end + PATIENCE_SECONDS + 1):
                break
            wait = min(due - time.monotonic(), 0.1) if due < end else 0.1
            for descriptor, events in self.epoll.poll(max(0.0, wait), 256):
                connection = self.open.get(descriptor)
                if connection is not None:
                    self.on_ready(connection, events)
        for connection in self.open.values():
            connection.socket.close()
        return self.outcome

    def in_flight(self):
        return self.waiting or any(connection.identity for connection in self.open.values())

    def begin_fresh(self, identity, due, now):
        if self.fresh >= FRESH_AT_ONCE_MAX:
            self.ended(identity, due, UNSENT, now, f"{FRESH_AT_ONCE_MAX} fresh connections wait already")
            return
        self.outcome.late.append(now - due)
        self.connect(Connection(kept=False), identity, due, now)

    def begin_kept(self, identity, due, now):
        while self.idle:
            connection = self.idle.popleft()
            if self.has_ended(connection):
                self.on_closed_silently(connection, now)
                continue
            self.outcome.late.append(now - due)
            self.send(connection, identity, due, now)
            return
        if self.kept < self.timetable.kept:
            self.outcome.late.append(now - due)
            self.connect(Connection(kept=True), identity, due, now)
        else:
            self.waiting.append((identity, due))

    def connect(self, connection, identity, due, now):
        connection.identity, connection.due, connection.since = identity, due, now
        if connection.kept:
            self.kept += 1
        else:
            self.fresh += 1
        self.open[connection.descriptor] = connection
        error = connection.socket.connect_ex(("127.0.0.1", self.timetable.port))
        if error not in (0, 115):  # EINPROGRESS
            self.end(connection, REFUSED, now, os.strerror(error))
            return
        self.epoll.register(connection.descriptor, select.EPOLLIN | select.EPOLLOUT | select.EPOLLRDHUP)

    def send(self, connection, identity, due, now):
        connection.identity, connection.due, connection.since = identity, due, now
        connection.received = b""
        self.put(connection, now)

    def put(self, connection, now):
        body = b"%d" % connection.identity
        try:
            connection.socket.send(b"POST /echo?id=%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
                                   % (body, len(body), body))
        except OSError as error:
            self.end(connection, LOST, now, f"sending: {error.strerror}")

    @staticmethod
    def has_ended(connection):
        try:
            return connection.socket.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def on_ready(self, connection, events):
        now = time.monotonic()
        if connection.connecting:
            error = connection.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error:
                self.end(connection, REFUSED, now, os.strerror(error))
                return
            connection.connecting = False
            self.epoll.modify(connection.descriptor, select.EPOLLIN | select.EPOLLRDHUP)
            self.put(connection, now)
            return
        if not connection.identity:
            if connection in self.idle:
                self.idle.remove(connection)
            self.on_closed_silently(connection, now)
            return
        try:
            part = connection.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError as error:
            self.end(connection, LOST, now, f"{error.strerror} after {len(connection.received)} bytes of the answer")
            return
        if not part:
            self.end(connection, LOST, now, f"closed after {len(connection.received)} bytes of the answer")
            return
        connection.received += part
        self.look(connection, now)

    def look(self, connection, now):
        head, blank, body = connection.received.partition(b"\r\n\r\n")
        if not blank:
            return
        head = head.lower()
        length = 0
        _, named, rest = head.partition(b"\r\ncontent-length:")
        if named:
            length = int(rest.partition(b"\r\n")[0])
        if len(body) < length:
            return
        right = head.startswith(b"http/1.1 200 ") and body == b"%d" % connection.identity
        closes = b"\r\nconnection: close" in head
        if not right:
            self.end(connection, WRONG, now, f"{connection.received[:120]!r}")
        elif closes or not connection.kept:
            if connection.kept:
                self.outcome.announced += 1
            self.end(connection, ANSWERED, now)
        else:
            self.ended(connection.identity, connection.due, ANSWERED, now)
            connection.identity = 0
            if not self.waiting:
                self.idle.append(connection)
            elif self.has_ended(connection):
                self.on_closed_silently(connection, now)  # which opens another one for who waits
            else:
                self.send(connection, *self.waiting.popleft(), now)

    def on_closed_silently(self, connection, now):
        self.outcome.closed_silently.append(now)
        self.drop(connection, now)

    def end(self, connection, fate, now, words=None):
        self.ended(connection.identity, connection.due, fate, now, words)
        connection.identity = 0
        self.drop(connection, now)

    def ended(self, identity, due, fate, now, words=None):
        outcome = self.outcome
        outcome.identities.append(identity)
        outcome.due.append(due)
        outcome.ended.append(now)
        outcome.fate.append(fate)
        if words and len(outcome.complaints) < 200:
            outcome.complaints.append((now, f"{NAMES[fate]}: request {identity}, {words}"))

    def drop(self, connection, now):
        del self.open[connection.descriptor]
        connection.socket.close()
        if not connection.kept:
            self.fresh -= 1
            return
        self.kept -= 1
        if self.waiting:
            self.connect(Connection(kept=True), *self.waiting.popleft(), now)

    def sweep(self, now):
        """Whoever has waited too long is lost, and whoever could not even be sent."""
        for connection in [each for each in self.open.values() if each.identity and now - each.since > PATIENCE_SECONDS]:
            fate = REFUSED if connection.connecting else LOST
            self.end(connection, fate, now, f"nothing for {PATIENCE_SECONDS} s")
        while self.waiting and now - self.waiting[0][1] > PATIENCE_SECONDS:
            identity, due = self.waiting.popleft()
            self.ended(identity, due, UNSENT, now, f"no connection was free for {PATIENCE_SECONDS} s")


class Load:
    """The timetable in several processes, until the moment that `until` says; `join` waits for it and adds up what they have seen."""

    def __init__(self, timetable, first=1):
        self.end_at = multiprocessing.RawValue("d", float("inf"))
        self.children = []
        for number in range(CLIENTS):
            receiver, sender = multiprocessing.Pipe(duplex=False)
            child = multiprocessing.get_context("fork").Process(
                target=_work, args=(timetable.share(number, CLIENTS), self.end_at, first + number, sender), daemon=True)
            child.start()
            sender.close()
            self.children.append((child, receiver))

    def until(self, moment):
        self.end_at.value = moment

    def join(self):
        total = Outcome.nothing()
        for child, receiver in self.children:
            total.add(receiver.recv())
            child.join()
        return total

    def end(self):
        """Ends what still runs."""
        for child, _ in self.children:
            if child.is_alive():
                child.kill()
                child.join()


def _come_first():
    """Where the kernel divides the processors among sessions (sched(7)), a priority is one within a session's share only."""
    with contextlib.suppress(OSError):
        os.setsid()
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICE)
    with contextlib.suppress(OSError), open("/proc/self/autogroup", "w") as share:
        share.write(str(NICE))


def _work(timetable, end, first, sender):
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_DFL)
    _come_first()
    sender.send(Client(timetable, end, first, CLIENTS).run())
