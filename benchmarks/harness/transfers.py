"""Slow uploads and downloads beside the load: they last longer than what happens to the server, and are compared byte by byte."""
import threading
import time
from dataclasses import dataclass

import socket

LINES = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-\n"  # what /stream?bytes=N repeats
PATIENCE_SECONDS = 15
STEP_SECONDS = 0.1


@dataclass
class Pace:
    bytes: int
    bytes_per_second: int

    @property
    def step(self):
        return max(1, int(self.bytes_per_second * STEP_SECONDS))


class Transfers:
    """So many clients of each kind, each a thread that begins the next transfer when one has ended."""

    def __init__(self, site, uploads, downloads, upload, download, first):
        self.site, self.upload_pace, self.download_pace = site, upload, download
        self.lock = threading.Lock()
        self.whole, self.broken = 0, 0
        self.complaints = []
        self.identity = first
        self.uploaded = set()  # numbers that were answered
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.repeat, args=(self.upload,), daemon=True) for _ in range(uploads)]
        self.threads += [threading.Thread(target=self.repeat, args=(self.download,), daemon=True) for _ in range(downloads)]
        for thread in self.threads:
            thread.start()

    def join(self):
        """Lets what has begun come to its end."""
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def repeat(self, transfer):
        while not self.stopping.is_set():
            try:
                wrong = transfer()
            except OSError as error:
                wrong = f"{transfer.__name__}: {error}"
            with self.lock:
                if wrong:
                    self.broken += 1
                    self.complaints.append((time.monotonic(), wrong))
                else:
                    self.whole += 1
            if wrong:
                self.stopping.wait(STEP_SECONDS)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.site.port), timeout=PATIENCE_SECONDS)

    def upload(self):
        with self.lock:
            identity, self.identity = self.identity, self.identity + 1
        pace = self.upload_pace
        body = (LINES * (pace.bytes // len(LINES) + 1))[:pace.bytes]
        with self.connect() as connection:
            connection.sendall(b"%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
                               % (self.site.upload(identity).encode(), len(body)))
            for offset in range(0, len(body), pace.step):
                time.sleep(STEP_SECONDS)
                connection.sendall(body[offset:offset + pace.step])
            with connection.makefile("rb") as answer:
                status, length = read_head(answer)
                if status not in (b"200", b"201", b"204"):
                    return f"upload {identity}: status {status.decode()}"
                back = answer.read(length)
        if self.site.echoes and back != body:
            return f"upload {identity}: {len(back)} of {len(body)} bytes came back, or others"
        with self.lock:
            self.uploaded.add(identity)
        return None

    def download(self):
        pace = self.download_pace
        with self.connect() as connection:
            connection.sendall(f"GET {self.site.download(pace.bytes)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            with connection.makefile("rb", buffering=1 << 16) as answer:
                status, length = read_head(answer)
                if status != b"200" or length != pace.bytes:
                    return f"download: status {status.decode()}, {length} bytes announced"
                done = 0
                while done < length:
                    time.sleep(STEP_SECONDS)
                    part = answer.read(min(pace.step, length - done))
                    if not part:
                        return f"download: ended after {done} of {length} bytes"
                    if part != expected(done, len(part)):
                        return f"download: other bytes than {done} to {done + len(part)} were sent"
                    done += len(part)
        return None


def expected(offset, length):
    within = offset % len(LINES)
    return (LINES * ((within + length) // len(LINES) + 1))[within:within + length]


def read_head(answer):
    status = answer.readline().split()
    if len(status) < 2:
        raise ConnectionResetError("closed before the answer")
    length = 0
    while (line := answer.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    if line == b"":
        raise ConnectionResetError("closed within the answer's head")
    return status[1], length
