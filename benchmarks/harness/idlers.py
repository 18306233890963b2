"""Connections that stay open and idle beside a measurement, held by a process of its own.

As a program: `idlers.py PORT`; each line on standard input is a number of connections to grow to, the answer is how many
are open. A process, because ten crowds of 10,000 need more descriptors than one process may have.
"""
import pathlib
import select
import socket
import subprocess
import sys

BATCH = 50  # connections opened before their requests are sent


class Idlers:
    def __init__(self, port, core):
        self.child = subprocess.Popen(["taskset", "-c", str(core), sys.executable, str(pathlib.Path(__file__)), str(port)],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)

    def grow(self, connections):
        """Opens some until there are so many, each of which has made one request; returns how many are open."""
        try:
            self.child.stdin.write(f"{connections}\n")
            self.child.stdin.flush()
        except BrokenPipeError:
            return 0
        return int(self.child.stdout.readline() or 0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()
        self.child.stdin.close()
        self.child.stdout.close()


def _open(port, count):
    request = f"GET /plaintext HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    fresh = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(count)]
    for each in fresh:
        each.sendall(request)
    for each in fresh:
        if not each.recv(4096).startswith(b"HTTP/1.1 200"):
            raise OSError("no reply")
    return fresh


def main():
    port, crowd = int(sys.argv[1]), []
    for line in sys.stdin:
        try:
            while len(crowd) < int(line):
                crowd += _open(port, min(BATCH, int(line) - len(crowd)))
        except OSError as error:
            print(f"connection {len(crowd) + 1}: {error}", file=sys.stderr)
        poll = select.poll()
        for each in crowd:
            poll.register(each, select.POLLIN | select.POLLRDHUP)
        print(len(crowd) - len(poll.poll(0)), flush=True)


if __name__ == "__main__":
    main()
