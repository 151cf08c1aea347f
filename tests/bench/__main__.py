"""Run every bench and print the table."""

from rich.console import Console
from rich.table import Table

from tests.bench import rules, tlog

table = Table("what", "measured", "asked")
for bench in (
    rules.bench_orders,
    rules.bench_replay,
    rules.bench_backtest,
    rules.bench_dividend,
    rules.bench_redemptions,
    tlog.bench_log,
    tlog.bench_sums,
):
    for row in bench():
        table.add_row(*row)
Console().print(table)
