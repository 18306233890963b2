"""The race's report: what the journal holds, as tables, and a CSV with a row for each sample."""
import csv
import statistics

from . import ratios
from .workload import FLOOR, NGINX, TITLES, WORKLOADS

LOAD_BUSY_MAX = 0.95
RESAMPLES = 2_000  # of some 200 cells; `speed` has a handful, and takes more
NOT_WARM = "not warm"  # what begins the reason for which such a pair was discarded
OURS = ("sped", "symped", "vt", "amped", "seda", "mp")


class Cell:
    """One contestant's samples under one workload."""

    def __init__(self, board, workload, name, pairs):
        self.workload, self.name = workload, name
        self.pairs = [pair for pair in pairs if not pair["discarded"]]
        self.not_warm = sum(pair["discarded"].startswith(NOT_WARM) for pair in pairs)
        self.disturbed = len(pairs) - len(self.pairs) - self.not_warm
        self.sizes = board.sizes.get((workload.name, name), 0)
        self.fields = " ".join(board.fields.get((workload.name, name), ())) or "the same"
        self._board, self._intervals = board, {}

    def groups(self, reference=FLOOR, figure="cpu_nanos"):
        """Ratios to the floor's block beside it, or to another contestant's ratio in the same round; by start.

        A leg that was resumed has started its servers anew: those are further starts.
        """
        by_start = {}
        for pair in self.pairs:
            ratio = _per_request(pair["block"], figure) / _per_request(pair["floor"], figure)
            if reference != FLOOR:
                other = self._board.pair(self.workload.name, reference, pair["leg"], pair["round"])
                if other is None:
                    continue
                ratio /= _per_request(other["block"], figure) / _per_request(other["floor"], figure)
            by_start.setdefault((pair["leg"], pair.get("attempt", 0)), []).append(ratio)
        return list(by_start.values())

    def interval(self, reference=FLOOR):
        if reference not in self._intervals:
            self._intervals[reference] = ratios.interval(self.groups(reference), resamples=RESAMPLES)
        return self._intervals[reference]

    def shown_interval(self, reference=FLOOR):
        """From one start it says only how far rounds differ."""
        low, high = self.interval(reference)
        return f"{low:.3f} - {high:.3f}" + (" (1 start)" if len(self.groups(reference)) == 1 else "")

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
    def __init__(self, journal, contestants, chosen, legs, unfinished, left_out=()):
        self.journal, self.chosen, self.legs, self.unfinished = journal, chosen, legs, unfinished
        self.contestants, self.left_out = contestants, left_out
        self.fields = {(entry["workload"], entry["contestant"]): entry.get("fields", ()) for entry in journal.all("size")}
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
            parts.append(f"**Unfinished: {self.unfinished} of {len(self.legs)} legs are missing; `--resume` goes on.**\n")
        if self.chosen.anyway:
            parts.append("**Gone on with although revision, options or machine differ (see the cards): no evidence.**\n")
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
            for name, target in workload.targets.items():
                for reference, most in target:
                    lines.append(self._target(workload, cells.get(name), name, reference, most))
        return "\n".join(lines)

    def _target(self, workload, cell, name, reference, most):
        title = TITLES.get(reference, reference) if workload.name.startswith("static") else reference
        groups = cell.groups(reference) if cell else []
        if not groups:
            return f"| {workload.name} | {name} | not measured | | ≤ {most} × {title} | |"
        value = ratios.median(groups)
        verdict = "" if self.chosen.quick or self.chosen.noisy else "met" if value <= most else "missed"
        return (f"| {workload.name} | {name} | **{value:.3f}** × {title} | {cell.shown_interval(reference)} "
                f"| ≤ {most} | {verdict} |")

    def table(self, workload):
        beside_nginx = workload.name.startswith("static")
        lines = ["| contestant | reply, bytes | fields, beside ours | µs CPU/request | × floor | 95 % | by start "
                 + ("| × nginx | 95 % " if beside_nginx else "")
                 + "| µs machine/request | × floor | requests/s | server core | load core | pairs (disturbed, not warm) |",
                 "|---" * (15 if beside_nginx else 13) + "|"]
        cells = self.cells(workload)
        floors = [pair["floor"] for cell in cells for pair in cell.pairs]
        if floors:
            lines.append(self._floor_row(workload, floors, beside_nginx))
        for cell in cells:
            groups, machine = cell.groups(), cell.groups(figure="machine_nanos")
            least, most = ratios.spread(groups)
            nginx = ""
            if beside_nginx:
                of_nginx = cell.groups(NGINX)
                nginx = f"| {ratios.median(of_nginx):.3f} | {cell.shown_interval(NGINX)} " if of_nginx else "| | "
            busy = cell.median(lambda block: block["load_share"])
            name = f"**{cell.name}**" if cell.is_ours else cell.name
            lines.append(
                f"| {name} | {cell.sizes:,} | {cell.fields} | {cell.micros:.3f} | **{ratios.median(groups):.3f}** "
                f"| {cell.shown_interval()} "
                f"| {least:.3f} - {most:.3f} {nginx}"
                f"| {cell.median(lambda block: _per_request(block, 'machine_nanos') / 1000):.3f} "
                f"| {ratios.median(machine):.3f} | {cell.median(lambda block: block['requests'] / block['seconds']):,.0f} "
                f"| {cell.median(lambda block: block['server_share']):.0%} "
                f"| {busy:.0%}{' (full)' if busy > LOAD_BUSY_MAX else ''} | {len(cell.pairs)} ({cell.disturbed}, {cell.not_warm}) |")
        lines += self._beneath(workload, cells)
        return "\n".join(lines)

    def _beneath(self, workload, cells):
        """What the table itself does not say."""
        said, shown = [], {cell.name for cell in cells}
        if any(cell.name.startswith("symped") for cell in cells):
            said.append("SYMPED has one loop here, since the server has one core.")
        lost = {}
        for pair in self.journal.all("pair", workload=workload.name):
            if pair["contestant"] not in shown:
                lost.setdefault(pair["contestant"], []).append(pair["discarded"])
        said += [f"Not in the table, since none of its {len(reasons)} pairs could be kept: {name} "
                 f"({', '.join(sorted(set(reasons)))})." for name, reasons in sorted(lost.items())]
        return ["", " ".join(said)] if said else []

    def _floor_row(self, workload, floors, beside_nginx):
        def middle(value):
            return statistics.median(value(block) for block in floors)
        busy = middle(lambda block: block["load_share"])
        return (f"| {FLOOR} | {self.sizes.get((workload.name, FLOOR), 0):,} "
                f"| the same | {middle(lambda block: _per_request(block, 'cpu_nanos') / 1000):.3f} | 1 | | "
                + ("| | " if beside_nginx else "")
                + f"| {middle(lambda block: _per_request(block, 'machine_nanos') / 1000):.3f} | 1 "
                f"| {middle(lambda block: block['requests'] / block['seconds']):,.0f} "
                f"| {middle(lambda block: block['server_share']):.0%} "
                f"| {busy:.0%}{' (full)' if busy > LOAD_BUSY_MAX else ''} | |")

    def latency(self):
        by_name = {}
        for entry in self.journal.all("latency"):
            by_name.setdefault(entry["contestant"], []).append(entry)
        if not by_name:
            return ""
        lines = ["`partita load`, open loop, Poisson arrivals, 64 connections, `/plaintext`; the rate is 70 % of what a "
                 "whole core could do at the CPU per request above, but at most what one core sends on time: *of a core* is the "
                 "share that it was. *Late*: how late the generator itself was, which is in the latencies. Medians over starts; "
                 "*void*: runs whose generator was too late, which are left out.\n",
                 "| contestant | requests/s | of a core | p50, ms | p99, ms | p99.9, ms | late p99, ms | runs (void) |",
                 "|---|---|---|---|---|---|---|---|"]
        kept = {name: [entry for entry in entries if not entry["void"]] for name, entries in by_name.items()}
        middle = {name: {key: statistics.median(entry[key] for entry in entries)
                         for key in ("rate", "share", "p50", "p99", "p99.9", "late")}
                  for name, entries in kept.items() if entries}
        for name in sorted(middle, key=lambda each: middle[each]["p99"]):
            each, void = middle[name], len(by_name[name]) - len(kept[name])
            lines.append(f"| {name} | {each['rate']:,.0f} | {each['share']:.0%} | {each['p50'] * 1000:.3f} "
                         f"| {each['p99'] * 1000:.3f} | {each['p99.9'] * 1000:.3f} | {each['late'] * 1000:.3f} "
                         f"| {len(kept[name])} ({void}) |")
        for name in sorted(set(by_name) - set(middle)):
            why = "; ".join(sorted({str(entry["void"]) for entry in by_name[name]}))
            lines.append(f"| {name} | {by_name[name][0]['rate']:,.0f} | {by_name[name][0]['share']:.0%} | void: {why} | | | "
                         f"| 0 ({len(by_name[name])}) |")
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
        lines = ["From the start of the process, on any core, to the first answer. Ours go through `./partita serve`, which uses an "
                 "AOT cache (JEP 483) that it made at its first start; no other JVM here has one. The options of each JVM are under "
                 "*Who ran, and how*, those of ours under *Machine*.\n",
                 "| contestant | median, ms | least - most | starts | AOT cache |", "|---|---|---|---|---|"]
        for name in sorted(by_name, key=lambda each: statistics.median(by_name[each])):
            times = by_name[name]
            lines.append(f"| {name} | {statistics.median(times):.0f} | {min(times):.0f} - {max(times):.0f} | {len(times)} "
                         f"| {self._aot(name)} |")
        return "\n".join(lines)

    def _aot(self, name):
        if name.split()[0] in OURS:
            return "yes"
        each = next((each for each in self.contestants if each.name == name), None)
        return "no" if getattr(each, "jvm", ()) else "no JVM"

    def tuning(self):
        lines = ["| contestant | set up | JVM flags |", "|---|---|---|"]
        for each in self.contestants:
            if each.name in self.chosen.contestants:
                flags = " ".join(getattr(each, "jvm", ())) or ("see Machine" if each.name.split()[0] in OURS else "")
                shown = f"`{flags}`" if flags.startswith("-") else flags
                lines.append(f"| {each.name} | {each.tuning} | {shown} |")
        return "\n".join(lines)

    def card(self):
        cards = [entry["text"].rstrip("\n") for entry in self.journal.all("card")]
        took = sum(entry["seconds"] for entry in self.journal.all("time"))
        rows = [("took", f"{took / 60:.0f} minutes, in {max(1, len(self.journal.all('time')))} parts"),
                ("how", f"{_rounds(self.legs)} rounds from each start; blocks of {_seconds(self.workloads)} s; median and "
                        "bootstrap 95 % interval: starts are drawn first, then pairs within them (a leg that was resumed counts as "
                        f"another start); seed {self.chosen.seed}")]
        if self.left_out:
            rows.append(("left out", "for lack of time, further starts: " + "; ".join(leg.name for leg in self.left_out)))
        longer = self.journal.all("warm longer")
        if longer:
            rows.append(("warmed longer", f"{len(longer)} times 2 s, before a round of a server whose compilers were busy in the "
                                          "last one"))
        hasty = [f"{entry['contestant']} ({entry['leg']})" for entry in self.journal.all("warm") if not entry["quiet"]]
        if hasty:
            rows.append(("warm-up", f"{len(hasty)} of {len(self.journal.all('warm'))} were not quiet at its end"))
        rows += [("remark", entry["text"].splitlines()[0].replace("|", "/")) for entry in self.journal.all("remark")]
        table = "\n".join(f"| {key} | {value} |" for key, value in rows)
        if len(cards) < 2:
            return "\n".join([*cards, table])
        parts = [f"Part {number} of {len(cards)}:\n\n{card}" for number, card in enumerate(cards, 1)]
        return "\n\n".join([*parts, "All of it:\n\n| | |\n|---|---|\n" + table])

    def write_csv(self, path):
        """Every sample: `kind` says of what, and the columns that it has none for are empty."""
        rows = [{"kind": "pair", "workload": pair["workload"], "contestant": pair["contestant"], "leg": pair["leg"],
                 "attempt": pair.get("attempt", 0) + 1, "round": pair["round"] + 1, "discarded": pair["discarded"],
                 **{name: _plain(value) for name, value in pair["block"].items()},
                 **{f"floor_{name}": _plain(value) for name, value in pair["floor"].items()}}
                for pair in self.journal.all("pair")]
        for kind, renamed in (("latency", {"void": "discarded"}),
                              ("memory", {"few": "resident_with_1000", "many": "resident_with_10000",
                                          "bytes": "bytes_per_connection"}),
                              ("start", {"seconds": "start_seconds"})):
            rows += [{"kind": kind, **{renamed.get(name, name): _plain(value) for name, value in entry.items() if name != "kind"}}
                     for entry in self.journal.all(kind)]
        columns = list(dict.fromkeys(name for row in rows for name in row))
        with open(path, "w", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def _plain(value):
    return f"{value:.6g}" if isinstance(value, float) else value


def _rounds(legs):
    several = sorted({leg.rounds for leg in legs} or {0})
    return f"{several[0]}" if len(several) == 1 else f"{several[0]} to {several[-1]}"


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
