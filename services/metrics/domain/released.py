"""How numbers by theme, language, purpose and département come out: whole months, five questions at a time.

What is shown now less what was shown a minute before is then no single question: who asked at a known
moment is not told by theme or département.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from services.metrics.domain.figures import OTHERS
from services.metrics.domain.public import FEW, FOLDED
from services.metrics.domain.tallies import UNDATED, TallyLine


def released(
    lines: Iterable[TallyLine], known: Mapping[str, Collection[str]], today: date
) -> Iterator[TallyLine]:
    """The same sums, undated: of each piece what is released, the rest among OTHERS. `known`: facet → the
    values that the network has a name for; any other counts as unsaid."""
    months: dict[tuple[int, str, str, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for line in lines:
        if line.facet not in FOLDED or line.month == UNDATED:
            yield line
            continue
        names = known.get(line.facet)
        value = line.value if names is None or line.value in names else ""
        months[line.year, line.measure, line.facet, value][line.month] += line.n
    for (year, measure, facet, value), counts in months.items():
        shown = _shown(counts, 12 if year < today.year else today.month - 1)
        rest = sum(counts.values()) - shown
        for piece, n in ((value, shown), (OTHERS, rest)):
            if n:
                yield TallyLine(year, UNDATED, measure, facet, piece, n)


def _shown(counts: Mapping[int, int], last: int) -> int:
    """Up to the month `last`: what came together waits until it is FEW."""
    shown = waiting = 0
    for month in range(1, last + 1):
        waiting += counts.get(month, 0)
        if waiting >= FEW:
            shown, waiting = shown + waiting, 0
    return shown
