"""Many clients at once in one thread: each connects, says something, and what becomes of it is told."""
import os
import select
import socket
import time
from dataclasses import dataclass

ANSWERED, CLOSED, RESET, REFUSED, SILENT = "answered", "closed", "reset", "refused", "silent"


@dataclass
class Told:
    fate: str
    status: int             # 0 without an answer
    connected_seconds: float
    seconds: float          # from the attempt to the end


class _Client:
    __slots__ = ("socket", "begin", "connected", "received")


def crowd(port, request, count, at_once, patience=15, sources=1, after_end=False):
    """`count` clients, `at_once` of them open, each sends `request` and reads one answer.

    `sources`: so many addresses of the loopback network they come from, where one has not enough ports.
    `after_end`: an answer counts once the server has closed (so the server's side keeps the TIME_WAIT).
    """
    epoll = select.epoll()
    clients, told, begun = {}, [], 0

    def end(client, fate):
        now = time.monotonic()
        status = int(client.received[9:12]) if client.received[9:12].isdigit() else 0
        told.append(Told(fate, status, (client.connected or now) - client.begin, now - client.begin))
        del clients[client.socket.fileno()]
        client.socket.close()

    def begin():
        client = _Client()
        client.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        client.begin, client.connected, client.received = time.monotonic(), 0.0, b""
        clients[client.socket.fileno()] = client
        if sources > 1:
            client.socket.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT: the port is chosen by connect
            client.socket.bind((f"127.0.1.{begun % sources + 1}", 0))
        error = client.socket.connect_ex(("127.0.0.1", port))
        if error not in (0, 115):  # EINPROGRESS
            end(client, REFUSED if error == 111 else os.strerror(error))
        else:
            epoll.register(client.socket.fileno(), select.EPOLLIN | select.EPOLLOUT)

    def ready(client):
        if not client.connected:
            error = client.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error:
                end(client, REFUSED if error == 111 else os.strerror(error))
                return
            client.connected = time.monotonic()
            epoll.modify(client.socket.fileno(), select.EPOLLIN)
            try:
                client.socket.send(request)
            except OSError:
                end(client, RESET)
            return
        try:
            part = client.socket.recv(65536)
        except OSError:
            end(client, RESET)
            return
        client.received += part
        if not part:
            end(client, ANSWERED if is_whole(client.received) else CLOSED)
        elif not after_end and is_whole(client.received):
            end(client, ANSWERED)

    swept = time.monotonic()
    while begun < count or clients:
        while begun < count and len(clients) < at_once:
            begin()
            begun += 1
        for descriptor, _ in epoll.poll(0.1, 512):
            if descriptor in clients:
                ready(clients[descriptor])
        if time.monotonic() - swept > 0.5:
            swept = time.monotonic()
            for client in [each for each in clients.values() if swept - each.begin > patience]:
                end(client, SILENT)
    return told


def is_whole(answer):
    head, blank, body = answer.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return bool(blank) and len(body) >= int(line[15:])
    return False


def fates(told):
    """`answered 200: 4999, reset: 1`."""
    counts = {}
    for each in told:
        name = f"{each.fate} {each.status}" if each.status else each.fate
        counts[name] = counts.get(name, 0) + 1
    return ", ".join(f"{name}: {count}" for name, count in sorted(counts.items()))


class Probe:
    """Asks every 20 ms, in turn on a connection that stays and on a new one, until its end; in a thread of its own."""

    def __init__(self, port):
        import threading
        self.port, self.worst, self.count, self.failures = port, 0.0, 0, []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        kept = None
        while not self.stopping.is_set():
            begin = time.monotonic()
            fresh = self.count % 2 == 0
            try:
                if fresh or kept is None:
                    connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
                else:
                    connection = kept
                connection.sendall(b"GET /plaintext HTTP/1.1\r\nHost: localhost\r\n\r\n")
                answer = b""
                while not is_whole(answer):
                    part = connection.recv(4096)
                    if not part:
                        raise ConnectionResetError("closed before the answer")
                    answer += part
                if not answer.startswith(b"HTTP/1.1 200"):
                    raise OSError(answer[:40])
                if fresh:
                    connection.close()
                else:
                    kept = connection
            except OSError as error:
                self.failures.append(str(error))
                kept = None
            self.worst = max(self.worst, time.monotonic() - begin)
            self.count += 1
            self.stopping.wait(0.02)

    def end(self):
        self.stopping.set()
        self.thread.join()
        return self
