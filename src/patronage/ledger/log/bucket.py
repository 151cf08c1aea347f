"""A copy of the log in an S3-compatible bucket, for whoever serves it from there.

The folder stays where the log is written and signed, under its own lock; what is copied is what it
shows. Tiles and balances first, the checkpoint last, so that a reader never misses a file, and
whoever died half way is made good by the next copy.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from patronage.ledger.log.folder import BALANCES, CHECKPOINT, VKEY, WITNESSES, Folder
from patronage.ledger.log.headers import headers_of
from patronage.tlog import (
    Checkpoint,
    MissingError,
    Reader,
    Tile,
    TlogError,
    Trust,
    VerifierKey,
    count_at,
    grown_tiles,
    parse_verifier_key,
    partial_tiles,
    verify_checkpoint,
)

_AT_ONCE: Final = 8  # requests: each mostly waits


class BucketError(OSError):
    """A bucket that cannot be used, or that holds another log. The message says which and why."""


class Bucket:
    """The files below s3://NAME/PREFIX.

    Keys, region and endpoint come from the environment, as every client of S3 reads them:
    AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL_S3.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "s3" or not parts.netloc:
            raise BucketError(f"{url} is no address like s3://bucket/prefix")
        try:
            import boto3  # noqa: PLC0415  (an extra)
            from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
        except ImportError:
            raise BucketError("boto3 is missing: pip install 'patronage[s3]'") from None
        self._url, self._name = url, parts.netloc
        self._prefix = f"{parts.path.strip('/')}/".lstrip("/")
        self._failures = BotoCoreError, ClientError
        with self._told():
            self._client: Any = boto3.client("s3")

    def get(self, path: str) -> bytes | None:
        """Return the bytes at a path, None if there are none."""
        with self._told():
            try:
                answer = self._client.get_object(Bucket=self._name, Key=self._prefix + path)
            except self._client.exceptions.NoSuchKey:
                return None
            found: bytes = answer["Body"].read()
            return found

    def put(self, path: str, data: bytes) -> None:
        """Keep bytes at a path, with the headers they are served with."""
        content_type, cache_control = headers_of(path)
        with self._told():
            self._client.put_object(
                Bucket=self._name, Key=self._prefix + path, Body=data,
                ContentType=content_type, CacheControl=cache_control,
            )  # fmt: skip

    def paths(self, below: str) -> list[str]:
        """Return the paths of all files below one."""
        with self._told():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._name, Prefix=f"{self._prefix}{below}/"
            )
            return [
                found["Key"].removeprefix(self._prefix)
                for page in pages
                for found in page.get("Contents", ())
            ]

    def remove(self, path: str) -> None:
        """Remove the file at a path."""
        with self._told():
            self._client.delete_object(Bucket=self._name, Key=self._prefix + path)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except self._failures as error:
            raise BucketError(f"{self._url} cannot be used ({error})") from None


def copy_log(files: Folder, bucket: Bucket) -> int:
    """Copy what the folder shows and the bucket does not yet; return how many leaves are new there.

    Raises BucketError where the bucket cannot be reached, or shows a log that this one does not
    continue; TlogError where the folder's files are not those of its checkpoint and key.
    """
    with files.locked(".copying"):  # or a slower one could show an older checkpoint again
        while True:
            note = files.get(CHECKPOINT)
            if note is None:
                return 0
            try:
                return _copy(files, bucket, note)
            except MissingError:
                # A partial tile goes when the log has grown beyond it.
                if files.get(CHECKPOINT) == note:
                    raise


def _copy(files: Folder, bucket: Bucket, note: bytes) -> int:
    key = parse_verifier_key(_kept(files, VKEY).decode(errors="replace").strip())
    here = verify_checkpoint(note, Trust(key)).checkpoint
    shown = bucket.get(CHECKPOINT)
    if shown == note:
        return 0
    old = 0 if shown is None else _continued(files, here, shown, key)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        paths = [*_tiles(grown_tiles(old, here.size)), *_balances(files, old)]
        deque(pool.map(lambda path: bucket.put(path, _kept(files, path)), paths), maxlen=0)
    for path in (VKEY, WITNESSES):
        data = files.get(path)
        if data is not None:
            bucket.put(path, data)
    bucket.put(CHECKPOINT, note)
    for path in _past(files, bucket, old, here.size):
        bucket.remove(path)
    return here.size - old


def _continued(files: Folder, here: Checkpoint, shown: bytes, key: VerifierKey) -> int:
    """Return the size of the log that the bucket shows, which must be the beginning of this."""
    try:
        there = verify_checkpoint(shown, Trust(key)).checkpoint
    except TlogError:
        raise BucketError(
            "the bucket holds another log: its checkpoint is not this key's"
        ) from None
    if there.size > here.size or Reader(files.get, *here[1:3]).root(there.size) != there.root:
        raise BucketError("the bucket shows a log that this one does not continue")
    return there.size


def _tiles(tiles: Iterable[Tile]) -> Iterator[str]:
    for tile in tiles:
        if tile.level == 0:
            yield tile.bundle_path
        yield tile.path


def _balances(files: Folder, old: int) -> Iterator[str]:
    """Give the balances of the solvency records that the bucket does not show yet."""
    for leaf in files.names(BALANCES):
        if int(leaf) >= old:
            for name in files.names(f"{BALANCES}/{leaf}"):
                yield f"{BALANCES}/{leaf}/{name}"


def _past(files: Folder, bucket: Bucket, old: int, size: int) -> Iterator[str]:
    """Give what nobody needs: balances the folder has no more, parts of tiles that are full now."""
    yield from (path for path in bucket.paths(BALANCES) if files.get(path) is None)
    for tile in partial_tiles(old):
        if tile.index < count_at(tile.level + 1, size):
            for path in _tiles([tile.full]):
                yield from bucket.paths(f"{path}.p")


def _kept(files: Folder, path: str) -> bytes:
    data = files.get(path)
    if data is None:
        raise MissingError(f"there is no {path}")
    return data
