"""Run every bench and print the table; with `full`, the long ones and nothing else."""

import sys

from rich.console import Console
from rich.table import Table

from tests.bench import console, ledger, log, mall, rules, simulations, tlog, wallet

SHORT = (
    rules.bench_orders,
    rules.bench_replay,
    rules.bench_backtest,
    rules.bench_dividend,
    rules.bench_redemptions,
    simulations.bench_simulations,
    tlog.bench_log,
    tlog.bench_sums,
    log.bench_public_log,
    log.bench_proof,
    ledger.bench_ledger,
    mall.bench_mall,
)
LONG = (
    ledger.bench_ledger_full,
    wallet.bench_wallet_full,
    console.bench_console_full,
    simulations.bench_simulations_full,
    mall.bench_oscar,
)

table = Table("what", "measured", "asked")
for bench in LONG if sys.argv[1:] == ["full"] else SHORT:
    for row in bench():
        table.add_row(*row)
Console().print(table)
