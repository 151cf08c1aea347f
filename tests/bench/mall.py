"""Measure the mall's pages: sixteen clients ask one server, as `patronage web` runs it, on SQLite.

A list of 10,000 products is measured against one of 100, and three pages against those of a stock
django-oscar sandbox, served alike. What is compared is measured in turn, so that both sides meet
the same machine.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice
from pathlib import Path
from statistics import mean, median
from typing import Any, NamedTuple

from tests.bench import sandbox
from tests.bench.clients import CLIENTS, Asked, Load, get, load, post
from tests.bench.rules import ROOT, Row

_ROUNDS = 2
_SECONDS = 2.0
_MANY = 10_000
_FEW = 100
_WARM = 10.0
_ORDERS = 200
_THEIR_ORDERS = 50


class Shop(NamedTuple):
    """A shop that is served: lists and product pages without end, and orders to place."""

    port: int
    lists: Iterator[Asked]
    products: Iterator[Asked]
    orders: Iterator[Asked]


def bench_mall() -> Iterator[Row]:
    """Measure lists, product pages and orders; beside django-oscar's where that is installed."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        few = stack.enter_context(_mall(folder, _FEW, _ORDERS * _ROUNDS))
        many = stack.enter_context(_mall(folder, _MANY, 0))
        asks: dict[str, tuple[Shop, Iterator[Asked], int | None]] = {
            "list": (few, few.lists, None),
            "long list": (many, many.lists, None),
            "product": (few, few.products, None),
            "order": (few, few.orders, _ORDERS),
        }
        if sandbox.is_installed():
            theirs = stack.enter_context(_sandbox(folder, _THEIR_ORDERS * _ROUNDS))
            asks |= {
                "their list": (theirs, theirs.lists, None),
                "their product": (theirs, theirs.products, None),
                "their order": (theirs, theirs.orders, _THEIR_ORDERS),
            }
        seen: dict[str, list[Load]] = {what: [] for what in asks}
        for _ in range(_ROUNDS):
            for what, (shop, requests, number) in asks.items():
                seen[what].append(load(shop.port, islice(requests, number), _SECONDS))
    yield from _rows(seen)


def bench_oscar() -> Iterator[Row]:
    """Install django-oscar, unless `make bench` has compared with it, and compare."""
    if sandbox.is_installed():
        return
    refused = sandbox.install()
    if refused:
        yield ("django-oscar", f"skipped: pip could not install it ({refused})", "")
    else:
        yield from bench_mall()


def _rows(seen: dict[str, list[Load]]) -> Iterator[Row]:
    rates = {what: mean(one.rate for one in loads) for what, loads in seen.items()}
    own = max(one.own for loads in seen.values() for one in loads)
    yield (
        f"mall, SQLite, one server, {CLIENTS} clients ({own:.0%} of a core): lists a second",
        f"{rates['list']:,.0f}",
        "",
    )
    yield (
        f"  of {_MANY:,} products ({rates['long list']:,.0f} a second) ÷ of {_FEW}",
        f"{rates['long list'] / rates['list']:.2f}",
        "≥ 0.8",
    )
    for what, told in (("product", "product pages"), ("order", "orders placed")):
        half = median(one.half for one in seen[what])
        yield (f"  {told} a second (half within {half * 1000:.0f} ms)", f"{rates[what]:,.0f}", "")
    if "their list" not in rates:
        yield ("  against django-oscar", "skipped: `make bench-full` installs it", "")
        return
    for what in ("list", "product", "order"):
        theirs = rates[f"their {what}"]
        yield (
            f"  {what} against django-oscar's sandbox ({theirs:,.1f} a second)",
            f"{rates[what] / theirs:.1f} ×",
            "≥ 4 ×",
        )


@contextmanager
def _mall(folder: Path, products: int, orders: int) -> Iterator[Shop]:
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{folder}/mall-{products}.sqlite3",
        "DJANGO_SETTINGS_MODULE": "patronage.web.config.settings",
        "PATRONAGE_SECRET_KEY": "bench" * 10,
        "PATRONAGE_STATIC": str(folder / "static"),
    }
    filling = [sys.executable, "-m", "tests.bench.shop", str(products), str(orders)]
    serving = [sys.executable, "-m", "patronage", "web", "--port"]
    with _served(filling, serving, environment) as shop:
        yield shop


@contextmanager
def _sandbox(folder: Path, orders: int) -> Iterator[Shop]:
    sandbox.unpack(folder)
    filling = [str(sandbox.PYTHON), "-m", "oscar_shop.fill", str(_FEW), str(orders)]
    serving = [str(sandbox.PYTHON), "-m", "oscar_shop.serve"]
    with _served(filling, serving, sandbox.environment(folder)) as shop:
        yield shop


@contextmanager
def _served(filling: list[str], serving: list[str], environment: dict[str, str]) -> Iterator[Shop]:
    """Fill a shop, serve it, and warm it up."""
    told: dict[str, Any] = json.loads(
        subprocess.run(
            filling, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE
        ).stdout
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([*serving, str(port)], cwd=ROOT, env=environment)
    try:
        _wait(port)
        lists, products = map(get, told["lists"]), map(get, told["products"])
        shop = Shop(port, cycle(lists), cycle(products), (post(**one) for one in told["orders"]))
        load(port, islice(shop.lists, 2 * CLIENTS), _WARM)
        load(port, islice(shop.products, len(told["products"])), _WARM)
        yield shop
    finally:
        server.terminate()
        server.wait()


def _wait(port: int) -> None:
    """Wait until a server listens, half a minute at most."""
    until = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
