"""Clients who ask a server, each again as soon as it was answered, over connections kept open."""

import asyncio
import time
from collections.abc import Iterator
from statistics import median, quantiles
from typing import NamedTuple
from urllib.parse import urlencode

CLIENTS = 16


class Load(NamedTuple):
    """What was seen: requests a second, seconds an answer, the clients' own share of a core."""

    rate: float
    half: float
    most: float
    own: float


class Asked(NamedTuple):
    """A request, and the first line's number that its answer must have."""

    sent: bytes
    status: int


def get(path: str, status: int = 200) -> Asked:
    """Make a request for a page."""
    return Asked(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode(), status)


def post(path: str, fields: dict[str, str], cookies: dict[str, str], status: int = 302) -> Asked:
    """Make a request that sends a form."""
    body = urlencode(fields)
    head = {
        "Host": "127.0.0.1",
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body)),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return Asked(f"POST {path} HTTP/1.1\r\n{lines}\r\n{body}".encode(), status)


def load(port: int, requests: Iterator[Asked], seconds: float) -> Load:
    """Let the clients ask until there is nothing left to ask, or the seconds are over."""
    taken: list[float] = []
    started, own = time.perf_counter(), time.process_time()
    until = started + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            for asked in requests:
                sent = time.perf_counter()
                if sent > until:
                    return
                writer.write(asked.sent)
                await _answer(reader, asked)
                taken.append(time.perf_counter() - sent)
        finally:
            writer.close()

    async def clients() -> None:
        await asyncio.gather(*(client() for _ in range(CLIENTS)))

    asyncio.run(clients())
    wall = time.perf_counter() - started
    most = quantiles(taken, n=100)[98]
    return Load(len(taken) / wall, median(taken), most, (time.process_time() - own) / wall)


async def _answer(reader: asyncio.StreamReader, asked: Asked) -> None:
    """Read an answer to its end; raise AssertionError unless it is the one expected."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    first, *lines = head.splitlines()
    told = dict(line.split(": ", 1) for line in lines if ": " in line)
    body = await reader.readexactly(int(told["content-length"]))
    if int(first.split()[1]) != asked.status:
        raise AssertionError(f"{asked.sent[:80]!r} was answered {head} {body[:2000].decode()}")
