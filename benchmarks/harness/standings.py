"""The race's report: what the journal holds, as tables, and a CSV with a row for each sample."""
import csv
import statistics

from . import ratios
from .workload import FLOOR, NGINX, WORKLOADS

LOAD_BUSY_MAX = 0.95
RESAMPLES = 2_000  # of some 200 cells; `speed` has a handful, and takes more
OURS = ("sped", "symped", "vt", "amped", "seda", "mp")


class Cell:
    """One contestant's samples under one workload."""

    def __init__(self, board, workload, name, pairs):
        self.workload, self.name = workload, name
        self.pairs = [pair for pair in pairs if not pair["discarded"]]
        self.discarded = len(pairs) - len(self.pairs)
        self.sizes = board.sizes.get((workload.name, name), 0)
        self._board, self._intervals = board, {}

    def groups(self, reference=FLOOR, figure="cpu_nanos"):
        """Ratios to the floor's block beside it, or to another contestant's ratio in the same round; by start."""
        by_start = {}
        for pair in self.pairs:
            ratio = _per_request(pair["block"], figure) / _per_request(pair["floor"], figure)
            if reference != FLOOR:
                other = self._board.pair(self.workload.name, reference, pair["leg"], pair["round"])
                if other is None:
                    continue
                ratio /= _per_request(other["block"], figure) / _per_request(other["floor"], figure)
            by_start.setdefault(pair["leg"], []).append(ratio)
        return list(by_start.values())

    def interval(self, reference=FLOOR):
        if reference not in self._intervals:
            self._intervals[reference] = ratios.interval(self.groups(reference), resamples=RESAMPLES)
        return self._intervals[reference]

    def median(self, value):
        return statistics.median(value(pair["block"]) for pair in self.pairs)

    @property
    def micros(self):
        return self.median(lambda block: _per_request(block, "cpu_nanos") / 1000)

    @property
    def is_ours(self):
        return self.name.split()[0] in OURS


def _per_request(block, figure):
    return block[figure] / block["requests"]


class Standings:
    def __init__(self, journal, contestants, chosen, legs, unfinished):
        self.journal, self.chosen, self.legs, self.unfinished = journal, chosen, legs, unfinished
        self.contestants = contestants
        self.sizes = {(entry["workload"], entry["contestant"]): entry["bytes"] for entry in journal.all("size")}
        self._by_round = {(pair["workload"], pair["contestant"], pair["leg"], pair["round"]): pair
                          for pair in journal.all("pair") if not pair["discarded"]}
        self.workloads = [each for each in WORKLOADS if journal.all("pair", workload=each.name)]
        self._cells = {}

    def pair(self, *key):
        return self._by_round.get(key)

    def cells(self, workload):
        """The best first."""
        if workload.name not in self._cells:
            self._cells[workload.name] = self._sorted(workload)
        return self._cells[workload.name]

    def _sorted(self, workload):
        by_name = {}
        for pair in self.journal.all("pair", workload=workload.name):
            by_name.setdefault(pair["contestant"], []).append(pair)
        cells = [Cell(self, workload, name, pairs) for name, pairs in by_name.items()]
        return sorted((cell for cell in cells if cell.pairs), key=lambda cell: ratios.median(cell.groups()))

    # --- tables -------------------------------------------------------------------------------------------

    def report(self):
        parts = ["# The race: CPU per request beside the floor\n",
                 "Written by `benchmarks/race`; [README](../README.md) says how to read it. Every sample is in "
                 "[race.csv](race.csv).\n"]
        if self.chosen.noisy:
            parts.append("**Taken on a busy machine, with disturbed blocks kept: a trial of the script, no evidence.**\n")
        elif self.chosen.quick:
            parts.append("**A quick look (few rounds, one start): no evidence.**\n")
        if self.unfinished:
            parts.append(f"**Unfinished: {self.unfinished} of {self.legs} legs are missing; `--resume` goes on.**\n")
        parts += ["![Ratio to the C epoll floor, by kind of load](race.svg)\n", "## Targets\n", self.targets(), ""]
        for workload in self.workloads:
            parts += [f"## {workload.name}\n", _describe(workload), "", self.table(workload), ""]
        for title, table in (("Latency at a rate", self.latency()),
                             ("Memory of an idle connection", self.memory()),
                             ("Start to the first answer", self.starts())):
            if table:
                parts += [f"## {title}\n", table, ""]
        parts += ["## Who ran, and how\n", self.tuning(), "", "## Machine\n", self.card()]
        return "\n".join(parts) + "\n"

    def targets(self):
        lines = ["| load | contestant | CPU per request | 95 % | target | |", "|---|---|---|---|---|---|"]
        for workload in self.workloads:
            cells = {cell.name: cell for cell in self.cells(workload)}
            for name, (reference, most) in workload.targets.items():
                groups = cells[name].groups(reference) if name in cells else []
                if not groups:
                    continue
                value, (low, high) = ratios.median(groups), cells[name].interval(reference)
                verdict = "" if self.chosen.quick or self.chosen.noisy else "met" if value <= most else "missed"
                lines.append(f"| {workload.name} | {name} | **{value:.3f}** × {reference} | {low:.3f} - {high:.3f} "
                             f"| ≤ {most} | {verdict} |")
        return "\n".join(lines)

    def table(self, workload):
        beside_nginx = workload.name.startswith("static")
        lines = ["| contestant | reply, bytes | µs CPU/request | × floor | 95 % | by start "
                 + ("| × nginx | 95 % " if beside_nginx else "")
                 + "| µs machine/request | × floor | requests/s | server core | load core | pairs (discarded) |",
                 "|---" * (14 if beside_nginx else 12) + "|"]
        cells = self.cells(workload)
        floors = [pair["floor"] for cell in cells for pair in cell.pairs]
        lines.append(self._floor_row(workload, floors, beside_nginx))
        for cell in cells:
            groups, machine = cell.groups(), cell.groups(figure="machine_nanos")
            (low, high), (least, most) = cell.interval(), ratios.spread(groups)
            nginx = ""
            if beside_nginx:
                of_nginx = cell.groups(NGINX)
                nginx = ("| {:.3f} | {:.3f} - {:.3f} ".format(ratios.median(of_nginx), *cell.interval(NGINX))
                         if of_nginx else "| | ")
            busy = cell.median(lambda block: block["load_share"])
            name = f"**{cell.name}**" if cell.is_ours else cell.name
            lines.append(
                f"| {name} | {cell.sizes:,} | {cell.micros:.3f} | **{ratios.median(groups):.3f}** | {low:.3f} - {high:.3f} "
                f"| {least:.3f} - {most:.3f} {nginx}"
                f"| {cell.median(lambda block: _per_request(block, 'machine_nanos') / 1000):.3f} "
                f"| {ratios.median(machine):.3f} | {cell.median(lambda block: block['requests'] / block['seconds']):,.0f} "
                f"| {cell.median(lambda block: block['server_share']):.0%} "
                f"| {busy:.0%}{' (full)' if busy > LOAD_BUSY_MAX else ''} | {len(cell.pairs)} ({cell.discarded}) |")
        return "\n".join(lines)

    def _floor_row(self, workload, floors, beside_nginx):
        def middle(value):
            return statistics.median(value(block) for block in floors)
        busy = middle(lambda block: block["load_share"])
        return (f"| {FLOOR} | {self.sizes.get((workload.name, FLOOR), 0):,} "
                f"| {middle(lambda block: _per_request(block, 'cpu_nanos') / 1000):.3f} | 1 | | "
                + ("| | " if beside_nginx else "")
                + f"| {middle(lambda block: _per_request(block, 'machine_nanos') / 1000):.3f} | 1 "
                f"| {middle(lambda block: block['requests'] / block['seconds']):,.0f} "
                f"| {middle(lambda block: block['server_share']):.0%} "
                f"| {busy:.0%}{' (full)' if busy > LOAD_BUSY_MAX else ''} | |")

    def latency(self):
        by_name = {}
        for entry in self.journal.all("latency"):
            if not entry["void"]:
                by_name.setdefault(entry["contestant"], []).append(entry)
        if not by_name:
            return ""
        lines = ["`partita load`, open loop, Poisson arrivals, 64 connections, `/plaintext`; the rate is 70 % of what a "
                 "whole core could do at the CPU per request above, but at most what one core sends on time. *Late*: how late "
                 "the generator itself was, which is in the latencies. Medians over starts.\n",
                 "| contestant | requests/s | p50, ms | p99, ms | p99.9, ms | late p99, ms | runs |",
                 "|---|---|---|---|---|---|---|"]
        middle = {name: {key: statistics.median(entry[key] for entry in entries)
                         for key in ("rate", "p50", "p99", "p99.9", "late")} for name, entries in by_name.items()}
        for name in sorted(middle, key=lambda each: middle[each]["p99"]):
            each = middle[name]
            lines.append(f"| {name} | {each['rate']:,.0f} | {each['p50'] * 1000:.3f} | {each['p99'] * 1000:.3f} "
                         f"| {each['p99.9'] * 1000:.3f} | {each['late'] * 1000:.3f} | {len(by_name[name])} |")
        return "\n".join(lines)

    def memory(self):
        entries = {entry["contestant"]: entry for entry in self.journal.all("memory")}
        if not entries:
            return ""
        lines = ["What 9,000 further idle keep-alive connections add to the resident memory of a warm server that has 1,000. "
                 "(`benchmarks/memory` measures ours by two starts with limits of 1,000 and 10,000.)\n",
                 "| contestant | bytes/connection | resident with 10,000, MiB |", "|---|---|---|"]
        for name in sorted(entries, key=lambda each: entries[each]["bytes"]):
            lines.append(f"| {name} | {entries[name]['bytes']:,.0f} | {entries[name]['many'] / 2**20:.0f} |")
        return "\n".join(lines)

    def starts(self):
        by_name = {}
        for entry in self.journal.all("start"):
            by_name.setdefault(entry["contestant"], []).append(entry["seconds"] * 1000)
        if not by_name:
            return ""
        lines = ["From the start of the process, on any core, to the first answer; ours through `./partita serve`.\n",
                 "| contestant | median, ms | least - most | starts |", "|---|---|---|---|"]
        for name in sorted(by_name, key=lambda each: statistics.median(by_name[each])):
            times = by_name[name]
            lines.append(f"| {name} | {statistics.median(times):.0f} | {min(times):.0f} - {max(times):.0f} | {len(times)} |")
        return "\n".join(lines)

    def tuning(self):
        lines = ["| contestant | set up | JVM flags |", "|---|---|---|"]
        for each in self.contestants:
            if each.name in self.chosen.contestants:
                flags = " ".join(getattr(each, "jvm", ())) or ("see below" if each.name.split()[0] in OURS else "")
                shown = f"`{flags}`" if flags.startswith("-") else flags
                lines.append(f"| {each.name} | {each.tuning} | {shown} |")
        return "\n".join(lines)

    def card(self):
        cards = [entry["text"].rstrip("\n") for entry in self.journal.all("card")]
        took = sum(entry["seconds"] for entry in self.journal.all("time"))
        rows = [("took", f"{took / 60:.0f} minutes, in {max(1, len(self.journal.all('time')))} parts"),
                ("how", f"{self.chosen.rounds} rounds from each start; blocks of {_seconds(self.workloads)} s; median and "
                        f"bootstrap 95 % interval over starts and pairs; seed {self.chosen.seed}")]
        hasty = [f"{entry['contestant']} ({entry['leg']})" for entry in self.journal.all("warm") if not entry["quiet"]]
        if hasty:
            rows.append(("warm-up", f"{len(hasty)} of {len(self.journal.all('warm'))} were not quiet at its end"))
        rows += [("remark", entry["text"].splitlines()[0].replace("|", "/")) for entry in self.journal.all("remark")]
        return (cards[-1] if cards else "") + "\n" + "\n".join(f"| {key} | {value} |" for key, value in rows)

    def write_csv(self, path):
        rows = [{"workload": pair["workload"], "contestant": pair["contestant"], "leg": pair["leg"],
                 "round": pair["round"] + 1, "discarded": pair["discarded"],
                 **{name: _plain(value) for name, value in pair["block"].items()},
                 **{f"floor_{name}": _plain(value) for name, value in pair["floor"].items()}}
                for pair in self.journal.all("pair")]
        with open(path, "w", newline="") as file:
            if rows:
                writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)


def _plain(value):
    return f"{value:.4f}" if isinstance(value, float) else value


def _seconds(workloads):
    return " or ".join(str(each) for each in sorted({workload.seconds for workload in workloads} or {1}))


def _describe(workload):
    shape = workload.shape
    return (f"`{'POST' if shape.body else 'GET'} {shape.path}`"
            + (f" with {shape.body:,} bytes" if shape.body else "")
            + f", {shape.connections} connections"
            + (f", {shape.depth} requests in flight on each" if shape.depth > 1 else "")
            + (", each for one request" if shape.close else "")
            + (f", beside {workload.idle:,} that are idle" if workload.idle else "") + ".")
