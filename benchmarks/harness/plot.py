"""The race as a picture: for each kind of load a panel, for each contestant a dot at its ratio to the floor."""
import math
from xml.sax.saxutils import escape

from . import ratios

COLUMNS, PANEL, LABEL, ROW, GAP, HEAD = 3, 420, 120, 17, 24, 44
LEAST, TICKS = 0.3, (0.5, 1, 2, 5, 10, 20)
MOST = 40
COLOURS = {"ours": "#0b6bcb", "peer": "#8a6d3b", "floor": "#444444"}


def draw(board):
    """An SVG file: dots are medians, bars their 95 % intervals, the axis is logarithmic, 1 is the C epoll floor."""
    panels = [(workload, board.cells(workload)) for workload in board.workloads]
    rows = [panels[first:first + COLUMNS] for first in range(0, len(panels), COLUMNS)]
    top, parts = HEAD, []
    for row in rows:
        for column, (workload, cells) in enumerate(row):
            parts += _panel(workload, cells, GAP + column * (PANEL + GAP), top)
        top += max((len(cells) for _, cells in row), default=0) * ROW + HEAD + GAP
    width = GAP + min(COLUMNS, max(2, len(panels))) * (PANEL + GAP)
    title = "CPU per request, as a multiple of the C epoll floor's (left is better)"
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" font-family="sans-serif" font-size="11" '
        f'role="img" aria-label="{title}">',
        f'<rect width="{width}" height="{top}" fill="#ffffff"/>',
        f'<text x="{GAP}" y="24" font-size="15" fill="#222222">{title}</text>', *parts, "</svg>"]) + "\n"


def _panel(workload, cells, left, top):
    bottom = top + 16 + len(cells) * ROW
    parts = [f'<text x="{left}" y="{top + 8}" font-size="13" font-weight="bold" fill="#222222">'
             f'{escape(workload.name)}</text>']
    for tick in TICKS:
        x = _x(tick, left)
        colour, width = ("#444444", 1.2) if tick == 1 else ("#dddddd", 1)
        parts.append(f'<line x1="{x:.1f}" y1="{top + 14}" x2="{x:.1f}" y2="{bottom}" stroke="{colour}" '
                     f'stroke-width="{width}"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 12}" text-anchor="middle" fill="#666666">{tick:g}</text>')
    for number, cell in enumerate(cells):
        parts += _row(cell, left, top + 16 + number * ROW + ROW / 2)
    return parts


def _row(cell, left, y):
    value, (low, high) = ratios.median(cell.groups()), cell.interval()
    kind = "ours" if cell.is_ours else "floor" if cell.name.startswith("C ") else "peer"
    colour, weight = COLOURS[kind], "bold" if kind == "ours" else "normal"
    return [
        f'<text x="{left + LABEL - 8}" y="{y + 4:.1f}" text-anchor="end" fill="{colour}" font-weight="{weight}">'
        f'{escape(cell.name)}</text>',
        f'<line x1="{_x(low, left):.1f}" y1="{y:.1f}" x2="{_x(high, left):.1f}" y2="{y:.1f}" stroke="{colour}" '
        f'stroke-width="2"/>',
        f'<circle cx="{_x(value, left):.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>',
        f'<text x="{left + PANEL}" y="{y + 4:.1f}" text-anchor="end" fill="{colour}" font-weight="{weight}">'
        f'{value:.2f}</text>']


def _x(ratio, left):
    share = math.log(min(MOST, max(LEAST, ratio)) / LEAST) / math.log(MOST / LEAST)
    return left + LABEL + share * (PANEL - LABEL - 36)
