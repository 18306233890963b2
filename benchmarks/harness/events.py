"""What happens to the server while it is under load: at moments and to victims that a seed draws."""
import os
import random
import signal
import time
from dataclasses import dataclass, field

from .process import Failure, is_alive

KINDS = ("reload", "upgrade", "broken", "kill", "stop", "restart", "behead")
UPGRADE_SECONDS = 3      # that follow one in addition
VERDICT_SECONDS_MAX = 60  # until the server has said what became of a reload
SILENT_SECONDS = 1       # a server that does not say so has read its configuration by then
ORPHAN_SECONDS_MAX = 2   # workers have to be gone so long after their master was killed
LOOK_SECONDS = 0.05
STOPPED_SECONDS_MAX = 8  # a stopped process that nobody has replaced by then goes on


@dataclass
class Event:
    kind: str
    at: float
    before: list                      # workers
    victims: list = field(default_factory=list)  # pids that have to be gone before all is as it was
    replaced: float | None = None     # seconds until then
    until: float = 0.0                # when the server had said what became of it


def parse(text):
    """`reload*100,broken*5` as a list of kinds, in that order."""
    kinds = []
    for part in filter(None, text.split(",")):
        kind, _, count = part.partition("*")
        if kind not in KINDS or (count and not count.isdigit()):
            raise Failure(f"there is no event '{part}'; valid are {', '.join(KINDS)}, each with a count behind it, "
                          f"as in reload*100,broken*5")
        kinds += [kind] * int(count or 1)
    return kinds


class Chaos:
    """Runs events one after another in the calling thread. A gap begins when the server has said what became of the event before
    it, if it says that; it is drawn from half to one and a half times `every`."""

    def __init__(self, site, kinds, every, seed):
        self.site = site
        self.chance = random.Random(seed)
        self.kinds = list(kinds)
        self.chance.shuffle(self.kinds)
        self.gaps = [every * (0.5 + self.chance.random()) + (UPGRADE_SECONDS if kind == "upgrade" else 0)
                     for kind in self.kinds]
        self.events = []
        self.problems = []
        self.usual = 0  # workers
        self.orphans = []  # seconds that workers have outlived their master

    def run(self, begin):
        self.usual = len(self.site.workers())
        self.watch_until(begin)
        for kind, gap in zip(self.kinds, self.gaps):
            event = Event(kind, time.monotonic(), self.site.workers())
            self.events.append(event)
            getattr(self, kind)(event)
            event.until = time.monotonic()
            self.watch_until(event.until + gap)

    def settle(self, seconds):
        """Gives what was replaced last as long to be gone."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and any(event.replaced is None for event in self.events):
            self.look()
            time.sleep(LOOK_SECONDS)

    def watch_until(self, moment):
        while (left := moment - time.monotonic()) > 0:
            self.look()
            time.sleep(min(LOOK_SECONDS, max(0.0, left)))

    def look(self):
        now = time.monotonic()
        unsettled = [event for event in self.events if event.replaced is None]
        if not unsettled:
            return
        workers = self.site.workers()
        for event in unsettled:
            if not any(is_alive(pid) for pid in event.victims) and len(workers) >= self.usual:
                event.replaced = now - event.at
            elif event.kind == "stop" and now - event.at > STOPPED_SECONDS_MAX:
                self.problems.append(f"nobody replaced the stopped process {event.victims[0]} in {STOPPED_SECONDS_MAX} s")
                os.kill(event.victims[0], signal.SIGCONT)
                event.victims = []
                event.replaced = now - event.at

    # --- the events ---------------------------------------------------------------------------------------

    def reload(self, event):
        event.victims = event.before
        if not self.is_taken():
            self.problems.append(f"a reload was refused: {self.site.process.last_words(1)}")

    def is_taken(self):
        """Reloads, and waits until the server has said whether that came true; at once where it does not say."""
        before = self.site.verdicts()
        self.site.reload()
        end = time.monotonic() + VERDICT_SECONDS_MAX
        while (now := self.site.verdicts()) == before and before is not None:
            if time.monotonic() > end:
                self.problems.append(f"no word of a reload in {VERDICT_SECONDS_MAX} s")
                return True
            self.look()
            time.sleep(LOOK_SECONDS / 5)
        return before is None or now[0] > before[0]

    def upgrade(self, event):
        """Another process takes over; the one before has to be gone in the end."""
        event.victims = [self.site.process.pid, *event.before]
        problem = self.site.upgrade()
        if problem:
            self.problems.append(problem)

    def behead(self, event):
        """Kills the master, every third time while a new generation comes up, and starts the server again."""
        if self.chance.random() < 1 / 3:
            self.site.reload()
            time.sleep(self.chance.random())
        workers = self.site.workers()
        os.kill(self.site.process.pid, signal.SIGKILL)
        event.at = killed = time.monotonic()
        self.site.process.wait()
        while any(is_alive(pid) for pid in workers) and time.monotonic() - killed < 2 * ORPHAN_SECONDS_MAX:
            time.sleep(0.01)
        orphans = sum(is_alive(pid) for pid in workers)
        lasted = time.monotonic() - killed
        if lasted > ORPHAN_SECONDS_MAX:
            self.problems.append(f"workers were there {lasted:.2f} s after their master was killed"
                                 + (f", and {orphans} still are" if orphans else ""))
        self.orphans.append(lasted)
        self.site.start()  # fails if the port is not free, or anything else is in the way

    def broken(self, event):
        """A reload with a configuration that cannot work: nothing may change. It is put right before the next event."""
        self.site.configure(broken=True)
        if self.is_taken() and self.site.verdicts() is not None:
            self.problems.append("a broken configuration was taken")
        if self.site.verdicts() is None:
            self.watch_until(time.monotonic() + SILENT_SECONDS)
        self.site.configure()
        if not self.site.process.running():
            self.problems.append("a broken configuration ended the server")

    def kill(self, event):
        victim = self.victim(event)
        os.kill(victim, signal.SIGKILL)
        if victim == self.site.process.pid:
            self.site.process.wait()
            self.site.start()

    def stop(self, event):
        os.kill(self.victim(event), signal.SIGSTOP)

    def restart(self, event):
        """What one does with a server that cannot reload."""
        self.site.stop()
        self.site.start()

    def victim(self, event):
        event.victims = [self.chance.choice(event.before or [self.site.process.pid])]
        return event.victims[0]
