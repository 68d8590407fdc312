"""How numbers by theme, language, purpose and département come out: whole months, five questions at a time.

What is shown now less what was shown a minute before is then no single question: who asked at a known
moment is not told by theme or département. A month is what was counted in it: nothing is added to one that
is over. What a library's page shows is held back as well where the network's, less it, told of so few.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from services.metrics.domain.figures import OTHERS
from services.metrics.domain.public import FEW, FOLDED
from services.metrics.domain.tallies import UNDATED, TallyLine

CutOfYear = tuple[int, str, str, str]
"""Year, measure, facet and value."""
Months = Counter[int]
"""Month → number."""


def released(
    lines: Iterable[TallyLine],
    known: Mapping[str, Collection[str]],
    today: date,
    whole: Iterable[TallyLine] = (),
) -> Iterator[TallyLine]:
    """The same sums, undated: of each piece what is released, the rest among OTHERS. `known`: facet → the
    values that the network has a name for; any other counts as unsaid. `whole`: of a library's lines, the
    network's of the measures that it shows by these facets."""
    lines = tuple(lines)
    yield from (line for line in lines if not _held(line))
    network = _by_month(whole, known)
    for cut, own in _by_month(lines, known).items():
        year, measure, facet, value = cut
        others = Counter(network.get(cut, own))
        others.subtract(own)
        shown = _shown(own, others, 12 * (today.year - year) + today.month - 1)
        for piece, n in ((value, shown), (OTHERS, own.total() - shown)):
            if n:
                yield TallyLine(year, UNDATED, measure, facet, piece, n)


def _held(line: TallyLine) -> bool:
    return line.facet in FOLDED and line.month != UNDATED


def _by_month(lines: Iterable[TallyLine], known: Mapping[str, Collection[str]]) -> Mapping[CutOfYear, Months]:
    cuts: dict[CutOfYear, Months] = defaultdict(Counter)
    for line in filter(_held, lines):
        names = known.get(line.facet)
        value = line.value if names is None or line.value in names else ""
        cuts[line.year, line.measure, line.facet, value][line.month] += line.n
    return cuts


def _shown(own: Months, others: Months, last: int) -> int:
    """Of `own` what is released at the end of the month `last`: with the network's, and only together with as
    much of it as leaves all `others` together a growth that may be told as well."""
    shown = of_all = ours = theirs = 0
    for month in sorted(month for month in own.keys() | others.keys() if month <= last):
        of_all += own[month] + others[month]
        ours += own[month]
        theirs += others[month]
        if not _may_be_told(of_all):
            continue
        of_all = 0
        if _may_be_told(ours) and _may_be_told(theirs):
            shown, ours, theirs = shown + ours, 0, 0
    return shown


def _may_be_told(growth: int) -> bool:
    return growth == 0 or growth >= FEW
