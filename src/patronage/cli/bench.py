"""`patronage bench`: how fast the ledger is on this machine and its database."""

from typing import Annotated, Final

import typer

from patronage.cli import options, show
from patronage.cli.database import reached
from patronage.cli.words import say

_LATENCY_SECONDS: Final = 5

Orders = Annotated[
    int,
    typer.Option(
        min=1_000, max=1_000_000, help=say("So many orders are settled.", "入账这么多订单。")
    ),
]
Members = Annotated[
    int,
    typer.Option(min=2, max=1_000_000, help=say("Of so many members.", "属于这么多会员。")),
]
Rate = Annotated[
    int,
    typer.Option(
        min=1,
        max=10_000,
        help=say(
            "So many orders a second, one by one, to see how soon each is settled.",
            "逐笔提交时每秒的订单数，用来测量每笔多久入账。",
        ),
    ),
]


def bench(
    *,
    orders: Orders = 20_000,
    members: Members = 10_000,
    rate: Rate = 100,
    as_json: options.AsJson = False,
) -> None:
    """Measure the database in an economy of its own, and remove what that wrote."""
    with reached():
        from patronage.ledger import measurement

        with measurement.throw_away() as economy:
            measurement.seconds_to_settle(economy, measurement.members_of(members))
            mixed = measurement.mix(orders, members, members)
            throughput = orders / measurement.seconds_to_settle(economy, mixed)
            single = list(measurement.mix(rate * _LATENCY_SECONDS, members + orders, members))
            latency = measurement.latency(economy, single, rate)
    half, most = round(latency.half * 1000, 1), round(latency.most * 1000, 1)
    if as_json:
        show.json_line(
            {
                "orders_per_second": round(throughput),
                "rate": rate,
                "latency_p50_ms": half,
                "latency_p99_ms": most,
            }
        )
        return
    show.table(
        say("On this database", "在这个数据库上"),
        ("", ""),
        [
            (
                say(
                    "orders a second, submitted and settled in batches",
                    "每秒订单数（批量提交并入账）",
                ),
                f"{throughput:,.0f}",
            ),
            (
                say(
                    f"until settled at {rate} orders a second, half of them",
                    f"每秒 {rate} 笔时，半数在此时间内入账",
                ),
                f"{half:,.1f} ms",
            ),
            (
                say(
                    f"until settled at {rate} orders a second, 99 in 100",
                    f"每秒 {rate} 笔时，百分之九十九在此时间内入账",
                ),
                f"{most:,.1f} ms",
            ),
        ],
    )
