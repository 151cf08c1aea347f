"""Reading a log's files, from a folder or over HTTP."""

import gzip
import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from patronage.ledger.log.folder import Folder
from patronage.tlog import LEAF_BYTES_MAX, Fetch

_SECONDS: Final = 30
# A full entry bundle is the largest file of a log, but for a page index of very many balances.
_BYTES_MAX: Final = 256 * (LEAF_BYTES_MAX + 2)
_GONE: Final = (404, 410)


class UnreachableError(OSError):
    """A log that cannot be read. The message says why."""


@contextmanager
def opened_log(where: str) -> Iterator[Fetch]:
    """Give what reads the files of the log at a URL or in a folder. Raises UnreachableError."""
    if "://" not in where:
        yield Folder(Path(where)).get
        return
    with closing(_Connection(where)) as connection:
        yield connection.get


class _Connection:
    """One connection to a server, kept from file to file and opened anew once when it ends."""

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            kind = {"http": HTTPConnection, "https": HTTPSConnection}[parts.scheme]
            self._connection = kind(parts.hostname or "", parts.port, timeout=_SECONDS)
        except (ValueError, KeyError, HTTPException):
            raise UnreachableError(f"{url} is no http:// or https:// address") from None
        self._prefix = parts.path.rstrip("/")
        self._url = url

    def close(self) -> None:
        """Close it."""
        self._connection.close()

    def get(self, path: str) -> bytes | None:
        """Return the bytes at a path, None if there are none."""
        for is_last in (False, True):
            try:
                return self._read(path)
            except UnreachableError:
                raise
            except (HTTPException, OSError) as error:
                self._connection.close()  # the server may have closed it between two files
                if is_last:
                    raise UnreachableError(f"{self._url} cannot be read ({error!r})") from None
        raise AssertionError

    def _read(self, path: str) -> bytes | None:
        headers = {"User-Agent": "patronage", "Accept-Encoding": "identity"}
        self._connection.request("GET", f"{self._prefix}/{path}", headers=headers)
        answer = self._connection.getresponse()
        data = self._body(answer)
        if answer.status in _GONE:
            return None
        if answer.status != 200:
            raise UnreachableError(f"{self._url} answers {answer.status} to {path}")
        return data

    def _body(self, answer: HTTPResponse) -> bytes:
        data = answer.read(_BYTES_MAX + 1)
        # A bundle may come compressed without having been asked for so.
        if answer.headers.get("Content-Encoding") == "gzip" and len(data) <= _BYTES_MAX:
            try:
                data = gzip.GzipFile(fileobj=io.BytesIO(data)).read(_BYTES_MAX + 1)
            except (OSError, EOFError) as error:
                raise HTTPException(f"bad compression: {error}") from None
        if len(data) > _BYTES_MAX:
            self._connection.close()
            raise UnreachableError(f"{self._url} gives a file of more than {_BYTES_MAX:,} bytes")
        return data
