"""One command, `patronage`, that calls the library."""

import typer

from patronage.cli import backtest, check, demo, replay

app = typer.Typer(
    name="patronage",
    help="Patronage 惠顾: orders fill a reserve, shoppers hold points priced at their share of it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(check.check)
app.command()(replay.replay)
app.command()(backtest.backtest)
app.command()(demo.demo)


def main() -> None:
    """Run the command."""
    app()
