"""The journal for others: as its records, as events to replay, as a beancount ledger.

Each yields lines of one state of the database, a page of records in memory at a time.

In the beancount ledger every record that moved anything is a transaction that sums to zero in
money, in points and in coins, and every figure that is stored has one account (docs/ledger.md):

    Assets:Money   what must be there: paid in, less paid out and returned
    Liabilities    what is owed to members and merchants, and dividends not yet paid to them
    Equity         reserve, pool, fees and surplus, which stand behind the points; points and coins
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS
from django.db.backends.utils import CursorWrapper

from patronage.economy import Charter
from patronage.economy.charter import NANO
from patronage.economy.events import is_date
from patronage.ledger import store
from patronage.ledger.canonical import restore_event
from patronage.ledger.settling import UnknownEconomyError
from patronage.ledger.store import Head, from_column
from patronage.ledger.table import Row

# Figure: account and sign. What is held is a debit, what it is owed to or came from a credit.
MONEY: Final[dict[str, tuple[str, int]]] = {
    "paid_in": ("Assets:Money:PaidIn", 1),
    "paid_out": ("Assets:Money:PaidOut", -1),
    "returned": ("Assets:Money:Returned", -1),
    "dividends_unpaid": ("Liabilities:Dividends", -1),
    "reserve": ("Equity:Reserve", -1),
    "dividend_pool": ("Equity:DividendPool", -1),
    "fees": ("Equity:Fees", -1),
    "surplus": ("Equity:Surplus", -1),
}
POINTS: Final[dict[str, tuple[str, int]]] = {
    "issued": ("Equity:Points:Issued", 1),
    "burned": ("Equity:Points:Burned", -1),
    "treasury": ("Equity:Points:Treasury", -1),
    "founding": ("Equity:Points:Founding", -1),
}
COINS: Final[dict[str, tuple[str, int]]] = {"coins": ("Equity:Coins", 1)}

_AT_ONCE = 2000
_OPENED = "1970-01-01"  # events may come in any order of dates
_DATES = range(1970, 3000)


def journal_lines(economy: str, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[str]:
    """Yield the journal's records in their canonical form. Raises UnknownEconomyError."""
    with store.snapshot(using) as cursor:
        _head(cursor, economy)
        for _, record in _records(cursor, economy):
            yield record


def event_lines(economy: str, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[str]:
    """Yield the journal's events as `replay` takes them, the opening left out.

    What has no canonical form is told by a line that is refused in the same way. Raises
    UnknownEconomyError.
    """
    with store.snapshot(using) as cursor:
        _head(cursor, economy)
        for seq, record in _records(cursor, economy):
            if seq > 1:
                yield event_line(record)


def event_line(record: str) -> str:
    """Return a record's event as `replay` takes it."""
    told = json.loads(record)
    event = told["event"]
    if event is not None:
        event = restore_event(event)
    elif told["id"] is not None:
        event = {"id": told["id"], "content": told["content"]}
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def beancount_lines(economy: str, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[str]:
    """Yield a beancount ledger that ends in assertions of all that is stored.

    Raises UnknownEconomyError.
    """
    with store.snapshot(using) as cursor:
        head = _head(cursor, economy)
        writing = _Writing(head.state.charter)
        yield from writing.opening(economy)
        for id, merchant, *_ in _accounts(cursor, economy):
            yield f"{_OPENED} open {_holder(id, merchant)}"
        for records in _pages(cursor, economy):
            moved = _movements(cursor, economy, records[0][0], records[-1][0])
            for seq, record in records:
                yield from writing.transaction(json.loads(record), moved.get(seq, ()))
        yield ""
        yield from writing.assertions(head)
        for id, merchant, points, cash, coins in _accounts(cursor, economy):
            yield from writing.holdings(_holder(id, merchant), points, cash, coins)


class _Writing:
    """Writes transactions in the currency of a charter, and keeps the dates."""

    def __init__(self, charter: Charter) -> None:
        self._charter = charter
        self._day = self._last = date.fromisoformat(_OPENED)

    def opening(self, economy: str) -> Iterator[str]:
        charter = self._charter
        yield f'option "title" "{_text(f"{charter.name} ({economy})")}"'
        yield f'option "operating_currency" "{charter.currency}"'
        yield ""
        for figures, unit in ((MONEY, charter.currency), (POINTS, "POINTS"), (COINS, "COINS")):
            for account, _ in figures.values():
                yield f"{_OPENED} open {account} {unit}"

    def transaction(self, told: dict[str, Any], movements: tuple[Row, ...]) -> Iterator[str]:
        """Yield a record's transaction, nothing where it moved nothing."""
        self._note_date(told)
        changes = {name: int(change) for name, change in told["changes"].items()}
        if told["seq"] == 1:
            state = told["state"]
            changes = {name: int(state[name]) for name in ("reserve", "paid_in", "issued")}
            changes["founding"] = changes["issued"]
        postings = list(self._figures(changes))
        for _, id, merchant, points, cash, coins in movements:
            postings += self._holdings(_holder(id, merchant), points, cash, coins)
        if postings:
            kind, id = told["event"]["type"], told["id"]
            narration = f' "{_text(id)}"' if id is not None else ""
            yield ""
            yield f'{self._day} * "{kind}"{narration}'
            yield f"  record: {told['seq']}"
            for account, amount in postings:
                yield f"  {account}  {amount}"

    def assertions(self, head: Head) -> Iterator[str]:
        """Yield that the economy's own accounts end in the figures stored."""
        state = head.state
        figures = {name: getattr(state, name) for name in (*MONEY, *POINTS, *COINS)}
        for account, amount in self._figures(figures, all_of_them=True):
            yield self._assertion(account, amount)

    def holdings(self, account: str, points: int, cash: int, coins: int) -> Iterator[str]:
        """Yield that an account's holdings end as stored."""
        for name, amount in self._holdings(account, points, cash, coins, all_of_them=True):
            yield self._assertion(name, amount)

    def _assertion(self, account: str, amount: str) -> str:
        number, unit = amount.split(" ")
        # Beancount would otherwise let a last digit pass.
        return f"{self._last + timedelta(days=1)} balance {account}  {number} ~ 0 {unit}"

    def _figures(
        self, figures: dict[str, int], *, all_of_them: bool = False
    ) -> Iterator[tuple[str, str]]:
        for accounts, write in (
            (MONEY, self._money),
            (POINTS, self._points),
            (COINS, self._coins),
        ):
            for name, (account, sign) in accounts.items():
                value = figures.get(name, 0)
                if value or all_of_them:
                    yield account, write(sign * value)

    def _holdings(
        self, account: str, points: int, cash: int, coins: int, *, all_of_them: bool = False
    ) -> list[tuple[str, str]]:
        """Return what an account is owed, as credits."""
        amounts = ((points, self._points), (cash, self._money), (coins, self._coins))
        return [(account, write(-value)) for value, write in amounts if value or all_of_them]

    def _money(self, minor: int) -> str:
        return f"{_decimal(minor, self._charter.minor_unit_exponent)} {self._charter.currency}"

    def _points(self, nano: int) -> str:
        return f"{_decimal(nano, len(str(NANO)) - 1)} POINTS"

    def _coins(self, minor: int) -> str:
        return f"{_decimal(minor, self._charter.minor_unit_exponent)} COINS"

    def _note_date(self, told: dict[str, Any]) -> None:
        """Take the date that a record's time begins with, or else keep the one before."""
        at = told["at"] if told["at"] is not None else told["event"]["at"]
        day = at[: len(_OPENED)]
        if is_date(day) and int(day[:4]) in _DATES:
            self._day = date.fromisoformat(day)
            self._last = max(self._last, self._day)


def _holder(stored: str, merchant: bool) -> str:  # noqa: FBT001  (a column's value)
    """Return the name of an account: letters and digits as they are, other bytes as -xx."""
    id = "".join(
        chr(byte) if chr(byte).isalnum() and byte < 0x80 else f"-{byte:02x}"
        for byte in from_column(stored).encode()
    )
    return f"Liabilities:{'Merchants' if merchant else 'Members'}:Id-{id}"


def _decimal(value: int, places: int) -> str:
    whole, fraction = divmod(abs(value), 10**places)
    return ("-" if value < 0 else "") + f"{whole}" + (f".{fraction:0{places}}" if places else "")


def _text(text: str) -> str:
    """Return a text as beancount's strings hold it; what cannot be printed by its number."""
    shown = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text)
    return shown.replace("\\", "\\\\").replace('"', '\\"')


def _head(cursor: CursorWrapper, economy: str) -> Head:
    head = store.read_head(cursor, economy)
    if head is None:
        raise UnknownEconomyError(economy)
    return head


def _pages(cursor: CursorWrapper, economy: str) -> Iterator[list[tuple[int, str]]]:
    after = 0
    while True:
        cursor.execute(
            "SELECT seq, record FROM ledger_journal WHERE economy = %s AND seq > %s "
            "ORDER BY seq LIMIT %s",
            [economy, after, _AT_ONCE],
        )
        records: list[tuple[int, str]] = cursor.fetchall()
        if not records:
            return
        yield records
        after = records[-1][0]


def _records(cursor: CursorWrapper, economy: str) -> Iterator[tuple[int, str]]:
    for page in _pages(cursor, economy):
        yield from page


def _movements(
    cursor: CursorWrapper, economy: str, first: int, last: int
) -> dict[int, tuple[Row, ...]]:
    """Return the movements of some records by the record's number."""
    cursor.execute(
        "SELECT m.seq, m.account, a.merchant, m.points, m.cash, m.coins FROM ledger_movement m "
        "JOIN ledger_account a ON a.economy = m.economy AND a.account = m.account "
        "WHERE m.economy = %s AND m.seq BETWEEN %s AND %s ORDER BY m.seq, m.position",
        [economy, first, last],
    )
    rows = groupby(cursor.fetchall(), key=lambda row: row[0])
    return {seq: tuple(group) for seq, group in rows}


def _accounts(cursor: CursorWrapper, economy: str) -> Iterator[Row]:
    """Yield id, kind, points, cash and coins of all accounts, in the order of ids."""
    after: str | None = ""  # no id is empty
    while after is not None:
        cursor.execute(
            "SELECT account, merchant, points, cash, coins FROM ledger_account "
            "WHERE economy = %s AND account > %s ORDER BY account LIMIT %s",
            [economy, after, _AT_ONCE],
        )
        rows = cursor.fetchall()
        yield from rows
        after = rows[-1][0] if rows else None
