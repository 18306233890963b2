"""The machine card that goes with every result, and what the machine did beside the measurement."""
import datetime
import fcntl
import os
import platform
import re
import resource
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass

from .process import Failure, command_line

NANOS_PER_TICK = 1_000_000_000 // os.sysconf("SC_CLK_TCK")


@dataclass
class Busy:
    busy_nanos: int
    total_nanos: int
    steal: float


class Machine:
    """/proc/stat at one moment (proc_stat(5)): user nice system idle iowait irq softirq steal, in ticks of 10 ms."""

    def __init__(self):
        with open("/proc/stat") as stat:
            self.ticks = [int(field) for field in stat.readline().split()[1:9]]

    def since(self):
        user, nice, system, idle, iowait, irq, softirq, steal = (
            now - then for now, then in zip(Machine().ticks, self.ticks))
        busy = user + nice + system + irq + softirq
        total = max(1, busy + idle + iowait + steal)
        return Busy(busy * NANOS_PER_TICK, total * NANOS_PER_TICK, steal / total)


def card(repository, server=None, remarks=()):
    """Lines of Markdown: enough to repeat the measurement elsewhere, and no path of this machine."""
    rows = [
        ("date", datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")),
        ("command", shown([os.path.relpath(sys.argv[0], repository), *sys.argv[1:]], repository)),
        ("revision", revision(repository)),
        ("CPU", f"{processor()}, {os.cpu_count()} cores{_virtual()}"),
        ("memory", f"{int(_field('/proc/meminfo', 'MemTotal').split()[0]) // 1024} MiB"),
        ("kernel", f"{platform.system()} {platform.release()}"),
        ("descriptors", f"{resource.getrlimit(resource.RLIMIT_NOFILE)[0]} per process"),
        ("tools", ", ".join(filter(None, (_first_line("gcc", "--version"), _first_line("wrk", "--version"),
                                          _first_line("nginx", "-v"), f"Python {platform.python_version()}")))),
    ]
    if server is not None:
        rows += _jvm(server, repository)
    rows += remarks
    return "| | |\n|---|---|\n" + "\n".join(f"| {key} | {value} |" for key, value in rows) + "\n"


def shown(command, repository):
    """A command line without what only this machine has: the repository becomes `.`, the home folder `~`."""
    home = os.path.expanduser("~")
    parts = (str(part).replace(str(repository), ".") for part in command)
    return "`" + " ".join(shlex.quote(part.replace(home, "~") if home != "/" else part) for part in parts) + "`"


def _jvm(server, repository):
    pid = server.process.pid
    program = os.path.realpath(f"/proc/{pid}/exe")
    if os.path.basename(program) != "java":
        return []
    release = os.path.join(os.path.dirname(os.path.dirname(program)), "release")
    version = "?"
    if os.path.exists(release):
        with open(release) as file:
            fields = dict(re.findall(r'^(\w+)="(.*)"$', file.read(), re.MULTILINE))
        version = f"{fields.get('IMPLEMENTOR', '')} {fields.get('JAVA_RUNTIME_VERSION') or fields.get('JAVA_VERSION')}"
    flags = [part for part in command_line(pid) if re.match(r"-X|-D|--enable|--add|-agent|-javaagent", part)]
    return [("JDK", version.strip()), ("JVM flags", shown(flags, repository) if flags else "none")]


def _field(path, name):
    with open(path) as file:
        for line in file:
            key, _, value = line.partition(":")
            if key.strip() == name:
                return value.strip()
    return "?"


def processor():
    return _field("/proc/cpuinfo", "model name")


def _virtual():
    return ", virtual machine" if "hypervisor" in _field("/proc/cpuinfo", "flags").split() else ""


def _first_line(*command):
    path = shutil.which(command[0], path=os.environ.get("PATH", "") + ":/usr/sbin")
    if not path:
        return None
    output = subprocess.run([path, *command[1:]], capture_output=True, text=True)
    line = (output.stdout + output.stderr).strip().splitlines()[0]
    return re.sub(r"\s*(Copyright|\[epoll\]).*|nginx version: ", "", line)


def revision(repository):
    def git(*arguments):
        return subprocess.run(["git", "-C", str(repository), *arguments], capture_output=True, text=True)
    if not shutil.which("git"):
        return "?"
    head = git("rev-parse", "--short=12", "HEAD")
    if head.returncode:
        return "none yet"
    changed = git("status", "--porcelain", "--", ".", ":!benchmarks/results").stdout.strip()
    return head.stdout.strip() + (" with changes that are not committed" if changed else "")


def raise_descriptor_limit(needed):
    """Raises the soft limit (servers that are started later inherit it), or says what to do."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < needed:
        if hard != resource.RLIM_INFINITY and hard < needed:
            raise Failure(f"needs {needed} file descriptors per process, the hard limit is {hard}: "
                          f"raise it (ulimit -Hn {needed} as root) or take fewer connections")
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def measure_alone(folder):
    """Two measuring scripts at once would measure each other. The lock ends with the script."""
    global _lock
    folder.mkdir(parents=True, exist_ok=True)
    _lock = open(folder / "lock", "w")
    try:
        fcntl.flock(_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Failure("another measuring script runs in this checkout: wait for its end") from None
