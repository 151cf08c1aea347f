"""A table as the ledger's bulk statements see it."""

from typing import Any

Row = tuple[Any, ...]


class Table:
    """A table, its columns (those of its key first), and the statements made of them.

    `what` is the word for one row.
    """

    def __init__(self, name: str, what: str, key: tuple[str, ...], rest: tuple[str, ...]) -> None:
        self.name = name
        self.what = what
        self.columns = (*key, *rest)
        listed = ", ".join(self.columns)
        marks = ", ".join(["%s"] * len(self.columns))
        changes = ", ".join(f"{column} = excluded.{column}" for column in rest)
        self.into = f"INSERT INTO {name} ({listed})"
        self.insert = f"{self.into} VALUES ({marks})"
        self.on_conflict = f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"
        self.select = f"SELECT {listed} FROM {name}"  # noqa: S608  (the names are ours)
        """All columns."""
        self.records = f"SELECT {', '.join(self.columns[1:])} FROM {name}"  # noqa: S608
        """All columns but the economy."""
