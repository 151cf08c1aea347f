"""Says which column of an export is which."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from patronage.intake.amounts import is_amount
from patronage.intake.dates import is_date
from patronage.intake.errors import ErrorCode, ExportError
from patronage.intake.table import clean
from patronage.intake.vocabulary import COLUMN_NAMES, simplify

_SAMPLE = 200


@dataclass(frozen=True)
class Columns:
    """The header's name of each column, None for one that the export does not have.

    `returned_order` is the order that a return's line takes back (else it is the line's own).
    """

    order: str
    customer: str
    date: str
    amount: str
    status: str | None = None
    profit: str | None = None
    referrer: str | None = None
    returned_order: str | None = None


_REQUIRED = ("order", "customer", "date", "amount")
_FITS: dict[str, Callable[[str], bool]] = {
    "date": is_date,
    "amount": is_amount,
    "profit": is_amount,
}


def guess_columns(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    given: Mapping[str, str] | None = None,
) -> Columns:
    """Guess which column is which by English and Chinese names, apart from those given.

    Of several names that fit a field the first in order of preference whose cells do too (a date,
    an amount, not empty, in half of a sample of the rows), or else the first. `given` maps fields
    of Columns to names. Raises ExportError if a required one is not found or a given one not there.
    """
    found = {field: find_column(header, name) for field, name in (given or {}).items()}
    simple = [simplify(name) for name in header]
    sample = rows[:: len(rows) // _SAMPLE + 1]
    taken = {name: field for field, name in found.items()}
    for field, names in COLUMN_NAMES.items():
        if field in found:
            continue
        order = {name: rank for rank, name in enumerate(names)}
        candidates = [
            at for at, name in enumerate(simple) if name in order and header[at] not in taken
        ]
        if candidates:
            candidates.sort(key=lambda at: order[simple[at]])
            fitting = (at for at in candidates if _is_fitting(sample, at, _FITS.get(field, bool)))
            best = header[next(fitting, candidates[0])]
            found[field] = best
            taken[best] = field
    missing = [field for field in _REQUIRED if field not in found]
    if missing:
        raise ExportError(ErrorCode.MISSING_COLUMN, ", ".join(missing), header)
    return Columns(**found)


def _is_fitting(sample: Sequence[Sequence[str]], at: int, fits: Callable[[str], bool]) -> bool:
    good = sum(at < len(cells) and fits(clean(cells[at])) for cells in sample)
    return 2 * good >= len(sample)


def find_column(header: Sequence[str], name: str) -> str:
    """Return the header's own form of a name; case, blanks and signs do not count."""
    wanted = clean(name)
    if wanted in header:
        return wanted
    simple = simplify(wanted)
    alike = {column for column in header if simple and simplify(column) == simple}
    if len(alike) != 1:
        raise ExportError(ErrorCode.UNKNOWN_COLUMN, name, header)
    return alike.pop()


def match_columns(header: Sequence[str], columns: Columns) -> Columns:
    """Return the columns as the header names them. Raises ExportError if one is not there."""
    given = {field: name for field, name in asdict(columns).items() if name is not None}
    return Columns(**{field: find_column(header, name) for field, name in given.items()})
