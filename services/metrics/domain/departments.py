"""A map of the French départements as tiles: each the same size, at about its place.

On a map to scale Paris and its neighbours, who ask most, would be specks; here every number can be read, and
an empty département is as visible as a busy one.
"""

from __future__ import annotations

from typing import NamedTuple

_GRID = """
 .   .   .   .   .   80  62  59  .   .   .
 .   .   .   .   76  95  60  02  08  .   .
 .   .   50  14  27  92  93  51  55  54  57
 29  22  35  61  78  75  94  77  10  88  67
 .   56  53  72  28  91  45  89  52  70  68
 .   .   44  49  37  41  18  58  21  25  90
 .   .   85  79  86  36  03  71  01  39  74
 .   .   17  16  87  23  63  42  69  38  73
 .   .   .   33  24  19  15  43  07  05  .
 .   .   40  47  82  46  12  48  26  04  06
 .   .   64  32  31  81  34  30  84  83  2B
 971 972 .   65  09  11  66  .   13  .   2A
 973 974 976 .   .   .   .   .   .   .   .
"""


class Tile(NamedTuple):
    code: str
    column: int
    row: int


TILES: tuple[Tile, ...] = tuple(
    Tile(code, column, row)
    for row, line in enumerate(_GRID.strip("\n").splitlines())
    for column, code in enumerate(line.split())
    if code != "."
)

COLUMNS = 1 + max(tile.column for tile in TILES)
ROWS = 1 + max(tile.row for tile in TILES)
