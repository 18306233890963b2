"""The race's kinds of load, who runs in which, and what this project wants to reach in each."""
from dataclasses import dataclass, field

from .contestant import BUILD
from .load import Shape

FILES = BUILD / "files"
FILE_SIZES = {"1k.txt": 1 << 10, "100k.txt": 100 << 10, "10m.txt": 10 << 20}
IDLE = 10_000

MAIN = "main"  # run by everybody
REST = "rest"  # left out by the peers that need three workloads only


@dataclass(frozen=True)
class Workload:
    """`seconds` of a block; `targets`: of a contestant's CPU per request, as ratios to other contestants'."""

    name: str
    shape: Shape
    kind: str = REST
    seconds: int = 1
    idle: int = 0       # connections that are open beside the busy ones
    latency: bool = False  # p99 at 70 % load is measured too
    targets: dict = field(default_factory=dict)  # contestant -> (reference, most), ...

    def wanted(self):
        """Those that have a target here, and those whom they are compared with."""
        return {*self.targets, *(reference for each in self.targets.values() for reference, _ in each)}


FLOOR, FLOOR_URING, NGINX, NGINX_UNCACHED = "C epoll", "C io_uring", "nginx", "nginx uncached"
TITLES = {NGINX: "nginx with open_file_cache", NGINX_UNCACHED: "nginx without open_file_cache"}  # where the cache matters

WORKLOADS = [
    Workload("keep-alive 64", Shape(), MAIN, latency=True,
             targets={"sped uring": ((FLOOR, 1.05),), "sped epoll": ((FLOOR, 1.10),), "vt epoll": ((FLOOR, 1.20),)}),
    Workload("pipelined by 16", Shape(depth=16), MAIN,
             targets={"sped uring": ((FLOOR, 1.5),), "sped epoll": ((FLOOR, 1.5),)}),
    Workload("connection per request", Shape(close=True), MAIN,
             targets={"sped uring": ((FLOOR, 1.15),), "sped epoll": ((FLOOR, 1.15),)}),
    Workload("static 1 KiB", Shape("/1k.txt"),
             targets={each: ((NGINX, 0.6), (NGINX_UNCACHED, 0.6)) for each in ("sped uring", "sped epoll")}),
    Workload("static 10 MiB", Shape("/10m.txt", connections=8), seconds=2,
             targets={each: ((NGINX, 1.0),) for each in ("sped uring", "sped epoll")}),
    Workload("static 100 KiB", Shape("/100k.txt"),
             targets={each: ((NGINX, 1.0),) for each in ("sped uring", "sped epoll")}),
    Workload("keep-alive 16", Shape(connections=16)),
    Workload("keep-alive 512", Shape(connections=512)),
    Workload("JSON", Shape("/json")),
    Workload("echo 1 KiB", Shape("/echo", body=1 << 10)),
    Workload("echo 64 KiB", Shape("/echo", body=64 << 10)),
    Workload("10,000 idle, 64 active", Shape(), idle=IDLE),
]
QUICK = ("keep-alive 64", "pipelined by 16", "connection per request", "static 1 KiB")


def make_files():
    """The files that are served: lines of text, the same everywhere."""
    FILES.mkdir(parents=True, exist_ok=True)
    line = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-\n"
    for name, size in FILE_SIZES.items():
        file = FILES / name
        if not file.exists() or file.stat().st_size != size:
            file.write_bytes(line * (size // len(line)))
