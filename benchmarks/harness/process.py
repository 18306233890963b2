"""A server that a script has started: its CPU time, its memory, and its end."""
import os
import pathlib
import re
import signal
import subprocess
import time


class Failure(Exception):
    """Something the reader of the message can put right; printed without a stack trace."""


class Process:
    """A child in a session of its own, so that Ctrl-C reaches the script alone and the script ends the child."""

    def __init__(self, command, log, core=None, directory=None):
        self.command = [str(part) for part in command]
        self.log = pathlib.Path(log)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        pinned = ["taskset", "-c", str(core)] if core is not None else []
        with open(self.log, "wb") as output:
            try:
                self.child = subprocess.Popen(pinned + self.command, stdin=subprocess.DEVNULL, stdout=output,
                                              stderr=subprocess.STDOUT, cwd=directory, start_new_session=True)
            except OSError as error:
                raise Failure(f"cannot start {self.command[0]}: {error.strerror}") from error
        self.pid = self.child.pid

    def running(self):
        return self.child.poll() is None

    def last_words(self, lines=15):
        text = self.log.read_text(errors="replace").strip()
        return "\n".join(text.splitlines()[-lines:]) or "(it printed nothing)"

    def stop(self):
        """SIGTERM and ten seconds to drain, then SIGKILL; only to the group that this script has started."""
        for how, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
            if not self.running():
                break
            try:
                os.killpg(self.pid, how)
                self.child.wait(patience)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass

    def wait(self):
        """Waits for its end, however that comes."""
        self.child.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # --- CPU time ---------------------------------------------------------------------------------------

    def family(self):
        """The process and its descendants (nginx and models with worker processes have some)."""
        children = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    parent = int(_stat_fields(int(entry))[1])
                except (OSError, IndexError):
                    continue
                children.setdefault(parent, []).append(int(entry))
        found = [self.pid]
        for pid in found:
            found.extend(children.get(pid, ()))
        return found

    def cpu(self):
        return CpuReading(self.family())


class Successor(Process):
    """A process that has taken over from one that the script has started: no child of it, with a session of its own."""

    def __init__(self, pid, before):  # pylint: disable=super-init-not-called
        self.command, self.log, self.pid = before.command, before.log, pid
        self.before = before

    def running(self):
        self.before.running()  # so that the one before is no zombie
        return is_alive(self.pid)

    def stop(self):
        for how, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
            end = time.monotonic() + patience
            try:
                os.killpg(self.pid, how)
            except ProcessLookupError:
                break
            while self.running() and time.monotonic() < end:
                time.sleep(0.02)
        self.before.stop()

    def wait(self):
        while self.running():
            time.sleep(0.001)


class CpuReading:
    """CPU time of a family of processes at one moment, read in the two ways that the kernel offers.

    `threads`: by thread, from /proc/PID/task/TID/schedstat; exact, but forgets a thread that has ended.
    `processes`: the process's CPU clock (clock_getcpuclockid(3)); the same counter with ended threads added. It
    says in nanoseconds what /proc/PID/stat says in ticks of 10 ms.
    """

    def __init__(self, pids):
        self.threads = {}
        self.processes = {}
        for pid in pids:
            try:
                self.processes[pid] = time.clock_gettime_ns((~pid << 3) | 2)  # CPUCLOCK_SCHED, posix-timers_types.h
                for task in os.listdir(f"/proc/{pid}/task"):
                    with open(f"/proc/{pid}/task/{task}/schedstat") as schedstat:
                        self.threads[pid, task] = int(schedstat.read().split()[0])
            except OSError:
                continue  # ended meanwhile

    def threads_since(self, before):
        return sum(now - before.threads.get(task, 0) for task, now in self.threads.items())

    def processes_since(self, before):
        return sum(now - before.processes.get(pid, 0) for pid, now in self.processes.items())


def jit_nanos(pid):
    """CPU time of HotSpot's compiler threads so far; 0 for a process that has none."""
    total = 0
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            folder = f"/proc/{pid}/task/{task}/"
            with open(folder + "comm") as comm:
                if re.match(r"C[12] Compiler", comm.read()):
                    with open(folder + "schedstat") as schedstat:
                        total += int(schedstat.read().split()[0])
    except OSError:
        pass
    return total


def threads(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


def memory_bytes(pid):
    """Resident memory of a process: all of it, and its anonymous part (heap, buffers, stacks)."""
    with open(f"/proc/{pid}/smaps_rollup") as rollup:
        fields = dict(re.findall(r"^(\w+):\s+(\d+) kB", rollup.read(), re.MULTILINE))
    return int(fields["Rss"]) * 1024, int(fields["Anonymous"]) * 1024


def proportional_bytes(pid):
    """Resident memory of a process, with what it shares divided among those that share it (Pss); and what is private."""
    with open(f"/proc/{pid}/smaps_rollup") as rollup:
        fields = dict(re.findall(r"^(\w+):\s+(\d+) kB", rollup.read(), re.MULTILINE))
    return int(fields["Pss"]) * 1024, (int(fields["Private_Clean"]) + int(fields["Private_Dirty"])) * 1024


def started_at(pid):
    """When a process was started, by time.monotonic() and to 10 ms: proc_pid_stat(5), field 22."""
    since_boot = int(_stat_fields(pid)[19]) / os.sysconf("SC_CLK_TCK")
    return since_boot + time.monotonic() - time.clock_gettime(time.CLOCK_BOOTTIME)


def command_line(pid):
    with open(f"/proc/{pid}/cmdline", "rb") as cmdline:
        return [part.decode(errors="replace") for part in cmdline.read().split(b"\0")[:-1]]


def is_alive(pid):
    """Zombies are not."""
    try:
        return _stat_fields(pid)[0] != "Z"
    except (OSError, IndexError):
        return False


def _stat_fields(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()  # from field 3 on; the name before it may hold blanks


def end_children_when_signalled():
    """Ctrl-C, SIGTERM and SIGHUP unwind the script once, so that every `with` ends its children undisturbed."""
    def unwind(number, _frame):
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(128 + number)
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, unwind)
