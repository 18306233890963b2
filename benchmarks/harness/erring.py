"""A server that does wrong on purpose, by the number of the request: what the chaos runner has to see, one by one."""
import multiprocessing
import re
import socket
import socketserver
import time

from .site import Site
from .transfers import LINES

PERIOD = 100  # of so many numbers one errs in each way
CUT, HALF, TWICE, OTHER_BODY, OTHER_STATUS, CLOSES, FORGETS = range(1, 8)
FRESH_EVERY = 5


class ErringSite(Site):
    def __init__(self, folder):
        super().__init__("erring", folder)
        self.executed_by = None

    def start(self):
        ready = multiprocessing.Event()
        self.process = _Child(multiprocessing.get_context("fork").Process(
            target=_serve, args=(self.port, self.log, ready), daemon=True))
        ready.wait(10)

    def workers(self):
        return []

    def download(self, length):
        return f"/stream?bytes={length}"

    @staticmethod
    def expected(requests):
        """What the runner has to count for the numbers 1 to `requests`."""
        def of(*ways):
            return sum(number % PERIOD in ways for number in range(1, requests + 1))

        def is_kept(number):
            return number % FRESH_EVERY != 0

        closed = sum(number % PERIOD == CLOSES and is_kept(number) for number in range(1, requests + 1))
        return {"lost": of(CUT, HALF), "twice": of(TWICE), "wrong": of(OTHER_BODY, OTHER_STATUS),
                "run_unheard": of(CUT, HALF, OTHER_BODY), "not_logged": of(FORGETS), "closed": closed}


class _Child:
    """What a site needs of a process."""

    def __init__(self, child):
        self.child = child
        child.start()
        self.pid = child.pid

    def running(self):
        return self.child.is_alive()

    def stop(self):
        time.sleep(0.2)
        self.child.kill()
        self.child.join()


def _serve(port, log, ready):
    lines = open(log, "ab", buffering=0)

    class Talk(socketserver.StreamRequestHandler):
        def handle(self):
            while self.answer():
                pass

        def answer(self):
            line = self.rfile.readline()
            length = 0
            while (field := self.rfile.readline()) not in (b"\r\n", b""):
                if field.lower().startswith(b"content-length:"):
                    length = int(field[15:])
            if not line:
                return False
            body = self.rfile.read(length)
            named = re.search(rb"id=(\d+)", line)
            if not named:
                return self.reply(b"200 OK", (LINES * 200_000)[:8_000_000].replace(b"a", b"b", 1))
            number = int(named[1])
            if length > 20:
                return self.reply(b"200 OK", body[::-1])
            return self.err(number, number % PERIOD, line.strip(), body)

        def err(self, number, way, line, body):
            if way not in (OTHER_STATUS, FORGETS):
                lines.write((b'"%s" 200\n' % line) * (2 if way == TWICE else 1))
            if way == CUT:
                return False
            if way == HALF:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12")
                return False
            if way == CLOSES:  # the answer and the end in one segment, so that nothing can be sent in between
                self.reply(b"200 OK", body, socket.MSG_MORE)
                self.connection.shutdown(socket.SHUT_WR)
                return False
            return self.reply(b"503 Busy" if way == OTHER_STATUS else b"200 OK", b"x" + body[1:] if way == OTHER_BODY else body)

        def reply(self, status, body, flags=0):
            try:
                self.connection.sendall(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body), flags)
                return True
            except OSError:
                return False

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        request_queue_size = 1024

    with Server(("127.0.0.1", port), Talk) as server:
        ready.set()
        server.serve_forever()
