"""The copy in a bucket, on a server that speaks S3 over loopback: whole, in order, never a fork."""

import logging
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from patronage.commerce import publishing
from patronage.ledger.log.audit import audit
from patronage.ledger.log.bucket import Bucket, BucketError, copy_log
from patronage.ledger.log.folder import Folder
from patronage.tlog import Trust
from tests.integration.log.play import Public, close, order
from tests.integration.running import Run


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """The address of an empty bucket."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "something")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    name = request.node.name.replace("_", "-")[:60]
    boto3.client("s3").create_bucket(Bucket=name)
    return f"s3://{name}/mall"


def shown(public: Public, bucket: Bucket) -> int:
    """Audit what the bucket shows; return how many records that are."""
    found = audit(bucket.get, Trust(public.key))
    assert found.fault is None
    return found.records + found.solvencies


def test_a_stranger_audits_the_copy_as_it_grows(here: Public, bucket: str) -> None:
    there = Bucket(bucket)
    assert copy_log(here.files, there) == 0
    here.live()
    assert copy_log(here.files, there) == here.checkpoint().size == shown(here, there)
    assert copy_log(here.files, there) == 0
    for day in range(1, 5):
        here.settle(*(order(100 * day + n) for n in range(90)), close(day))
        here.publish()
        assert copy_log(here.files, there) == 92
    assert shown(here, there) == here.checkpoint().size > 256
    files = {path for below in ("tile", "balances") for path in there.paths(below)}
    kept = {
        str(path.relative_to(here.log))
        for below in ("tile", "balances")
        for path in (here.log / below).rglob("*")
        if path.is_file()
    }
    assert files <= kept  # of the folder's parts of tiles, those of checkpoints that were copied
    assert {path for path in kept - files if ".p/" not in path} == set()
    assert not any(path.startswith(("tile/0/000.p", "tile/entries/000.p")) for path in files)


def test_it_is_served_as_the_mall_serves_it(here: Public, bucket: str) -> None:
    here.live()
    copy_log(here.files, Bucket(bucket))
    client, name = boto3.client("s3"), bucket.split("/")[2]
    for path, kind, caching in (
        ("checkpoint", "text/plain; charset=utf-8", "no-cache"),
        ("tile/0/000.p/11", "application/octet-stream", "public, max-age=31536000, immutable"),
    ):
        head = client.head_object(Bucket=name, Key=f"mall/{path}")
        assert (head["ContentType"], head["CacheControl"]) == (kind, caching)


def test_the_checkpoint_comes_last(
    here: Public, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = Bucket(bucket)
    here.live()
    copy_log(here.files, there)
    before = there.get("checkpoint")
    here.settle(order(1), close(1))
    here.publish()
    put, left = there.put, 0

    def dies(path: str, data: bytes) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise BucketError("the connection is lost")
        put(path, data)

    monkeypatch.setattr(there, "put", dies)
    for deaths in count():
        left = deaths
        try:
            copy_log(here.files, there)
        except BucketError:
            assert there.get("checkpoint") == before
            assert shown(here, there) == 11
        else:
            break
    assert deaths > 3
    assert shown(here, there) == here.checkpoint().size


def test_it_shows_nothing_that_does_not_continue_it(
    here: Public, bucket: str, tmp_path: Path, sqlite_alias: str
) -> None:
    there = Bucket(bucket)
    here.live()
    shutil.copytree(here.log, tmp_path / "older")
    here.settle(order(1))
    here.publish()
    copy_log(here.files, there)
    with pytest.raises(BucketError, match="does not continue"):
        copy_log(Folder(tmp_path / "older"), there)
    other = Public(sqlite_alias, tmp_path / "other")
    other.live()
    with pytest.raises(BucketError, match="another log"):
        copy_log(other.files, there)
    assert shown(here, there) == 12


def test_a_part_that_went_while_it_was_copied_is_no_fault(
    here: Public, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = Bucket(bucket)
    here.live()
    put = there.put

    def meanwhile(path: str, data: bytes) -> None:
        put(path, data)
        monkeypatch.setattr(there, "put", put)
        here.settle(*(order(n) for n in range(300)))
        here.publish()

    monkeypatch.setattr(there, "put", meanwhile)
    monkeypatch.setattr("patronage.ledger.log.bucket._AT_ONCE", 1)
    assert copy_log(here.files, there) == 311
    assert shown(here, there) == 311


def test_the_job_copies_where_a_bucket_is_named(here: Public, bucket: str, settings) -> None:
    here.live()
    settings.LOG, settings.LOG_BUCKET = str(here.log), ""
    assert publishing.copy() == 0
    settings.LOG_BUCKET = bucket
    assert publishing.copy() == 11
    assert publishing.copy() == 0


def test_the_command_says_what_it_did_and_what_is_wrong(run: Run, bucket: str) -> None:
    run("log-key", "log.example.com/wine")
    run("publish", "wine")
    assert "1 records are new in s3://" in run("copy-log", bucket).stdout
    assert "no address like s3://bucket/prefix" in run("copy-log", "books", code=2).stderr
    nowhere = run("copy-log", "s3://nowhere/log", code=2).stderr
    assert "nothing new is shown in s3://nowhere/log" in nowhere
    assert "bucket does not exist" in nowhere
