"""The ledger: events settled durably and exactly once, on SQLite or PostgreSQL.

`submit` takes an event into the inbox, in the caller's database transaction; `settle` applies the
rules to a batch and writes journal, movements and balances in one. `database.set_up` and
`database.create_tables` prepare a process and a database that have no Django project of their own.
"""

from patronage.ledger.database import (
    DatabaseUrlError,
    DiskFullError,
    create_tables,
    is_disk_full,
    opened,
    set_up,
)
from patronage.ledger.days import Day, Earned, days, earned
from patronage.ledger.entries import Entry, QuotaRun, entries, entry_at, quota_run
from patronage.ledger.export import beancount_lines, event_lines, journal_lines
from patronage.ledger.fault import Fault, find_fault, set_aside
from patronage.ledger.following import (
    Moved,
    Standing,
    earned_by_all,
    highest,
    holders,
    moved,
    nearing,
)
from patronage.ledger.opening import (
    EconomyExistsError,
    EconomyIdError,
    FoundingRequiredError,
    open_economy,
    open_unchecked,
)
from patronage.ledger.preview import Preview, preview
from patronage.ledger.prices import Moment, latest_days, latest_moments
from patronage.ledger.reads import (
    AccountView,
    Line,
    Summary,
    UnknownAccountError,
    account,
    economies,
    opened_at,
    state,
    statement,
    summary,
)
from patronage.ledger.recorded import Recorded, recorded, recorded_orders
from patronage.ledger.records import (
    InForce,
    Record,
    Tip,
    charters,
    dividends_in_all,
    event_texts,
    record_at,
    record_texts,
    records,
    tip,
)
from patronage.ledger.settling import (
    Receipt,
    Settled,
    StaleSettlerError,
    UnknownEconomyError,
    UnknownEventError,
    outcome_of,
    settle,
    settle_through,
    submit,
    submit_lines,
    submit_many,
)
from patronage.ledger.stretches import Flow, Flows, Moving, flows, movements
from patronage.ledger.verified import LastVerified, last_verified, note_verified
from patronage.ledger.verify import Difference, Verified, verify

__all__ = [
    "AccountView",
    "DatabaseUrlError",
    "Day",
    "Difference",
    "DiskFullError",
    "Earned",
    "EconomyExistsError",
    "EconomyIdError",
    "Entry",
    "Fault",
    "Flow",
    "Flows",
    "FoundingRequiredError",
    "InForce",
    "LastVerified",
    "Line",
    "Moment",
    "Moved",
    "Moving",
    "Preview",
    "QuotaRun",
    "Receipt",
    "Record",
    "Recorded",
    "Settled",
    "StaleSettlerError",
    "Standing",
    "Summary",
    "Tip",
    "UnknownAccountError",
    "UnknownEconomyError",
    "UnknownEventError",
    "Verified",
    "account",
    "beancount_lines",
    "charters",
    "create_tables",
    "days",
    "dividends_in_all",
    "earned",
    "earned_by_all",
    "economies",
    "entries",
    "entry_at",
    "event_lines",
    "event_texts",
    "find_fault",
    "flows",
    "highest",
    "holders",
    "is_disk_full",
    "journal_lines",
    "last_verified",
    "latest_days",
    "latest_moments",
    "moved",
    "movements",
    "nearing",
    "note_verified",
    "open_economy",
    "open_unchecked",
    "opened",
    "opened_at",
    "outcome_of",
    "preview",
    "quota_run",
    "record_at",
    "record_texts",
    "recorded",
    "recorded_orders",
    "records",
    "set_aside",
    "set_up",
    "settle",
    "settle_through",
    "state",
    "statement",
    "submit",
    "submit_lines",
    "submit_many",
    "summary",
    "tip",
    "verify",
]
