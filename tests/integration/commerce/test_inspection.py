"""What would hurt an installation's people is found before it does."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from patronage import ledger
from patronage.cli.doctor import WORDS
from patronage.commerce import alarms, jobs, schedule
from patronage.commerce.models import Job
from patronage.ledger import backup
from patronage.members import clock, roles
from patronage.members.models import Person, Role
from patronage.web.config import inspection
from patronage.web.shared import staff
from tests.integration.commerce.play import Mall

pytestmark = pytest.mark.usefixtures("sound")
SECRET = "s" * inspection.SECRET_LENGTH


@pytest.fixture
def sound(mall: Mall, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mall:
    """Give a mall of which nothing but what the tests cannot give is to be said."""
    monkeypatch.setenv("PATRONAGE_SECRET_KEY", SECRET)
    monkeypatch.setenv("PATRONAGE_PHONE_KEY", "another")
    monkeypatch.setenv("PATRONAGE_COMPANY", "a company")
    monkeypatch.setenv("PATRONAGE_BACKUPS", str(tmp_path))
    (tmp_path / backup.name_of(clock.now())).touch()
    key = tmp_path / "log.key"
    key.touch(mode=0o600)
    settings.SECRET_KEY = "".join(map(chr, range(48, 110)))
    settings.LOG_KEY = str(key)
    settings.COMPANY_LICENCE = settings.COMPANY_ICP = "given"
    settings.ALLOWED_HOSTS = ["mall.example.cn"]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = True
    settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 86_400
    settings.SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
    settings.DEMO = False
    settings.SMS_SENDER = "a.Sender"
    settings.COMPANY_IS_NAMED = True
    settings.KYC_PROVIDER = settings.PAYOUT_PROVIDER = "a.Provider"
    for email in ("one@example.com", "two@example.com"):
        assert isinstance(staff.appoint(email=email, given=[Role.OWNER]), staff.Access)
    settings.MEDIA_ROOT = str(tmp_path / "media")
    monkeypatch.setattr(inspection, "_has_tables", lambda: True)  # of what these tests need
    for job in jobs.JOBS:
        Job.objects.update_or_create(name=job.name, defaults={"finished_at": clock.now()})
    ledger.note_verified(settings.ECONOMY, ledger.verify(settings.ECONOMY), clock=clock.now)
    return mall


def codes(*levels: str) -> set[str]:
    """Return what is found at these levels, or at all but ok."""
    wanted = levels or (inspection.WARNING, inspection.FAULT)
    # What the browser's tests need in the same process is against Django's async.E001.
    return {
        one.code
        for one in inspection.inspect()
        if one.level in wanted and one.facts.get("id") != "async.E001"
    }


# The tests' own PostgreSQL has no standby, and waits for no disk where it need not.
OURS = {"no_standby", "no_checksums", "not_durable", "no_channel"}


def test_nothing_is_said_of_a_sound_mall() -> None:
    assert codes() - OURS == set()
    assert {"keys", "log", "hosts", "https", "policy", "backup", "verified", "jobs"} <= codes(
        inspection.OK
    )


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("DEMO", True, "demo"),
        ("ALLOWED_HOSTS", ["*"], "any_host"),
        ("ALLOWED_HOSTS", ["localhost"], "no_host"),
        ("ALLAUTH_TRUSTED_PROXY_COUNT", 0, "no_https"),
        ("SMS_SENDER", "patronage.members.sms.EmbeddedSender", "no_sms"),
        ("LOG_KEY", "", "no_log"),
        ("LOG_KEY", "/nowhere/log.key", "log_key_missing"),
        ("COMPANY_ICP", "", "company"),
        ("COMPANY_LICENCE", "", "no_issuer"),
        ("COMPANY_IS_NAMED", False, "no_issuer"),
        ("KYC_PROVIDER", "patronage.members.testpayout.TestKyc", "no_payout"),
        ("CURRENCY", "EUR", "framework"),
        ("SESSION_COOKIE_SECURE", False, "framework"),
        ("CONTENT_SECURITY_POLICY", {"DIRECTIVES": {"x": ["'unsafe-inline'"]}}, "loose_policy"),
        ("ECONOMY", "none", "no_economy"),
    ],
)
def test_a_setting(settings: Any, name: str, value: object, code: str) -> None:
    setattr(settings, name, value)
    assert code in codes()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("PATRONAGE_SECRET_KEY", "short", "secret_short"),
        ("PATRONAGE_PHONE_KEY", "", "phone_key"),
        ("PATRONAGE_BACKUPS", "", "no_backups"),
        ("PATRONAGE_BACKUPS", "/nowhere", "old_backup"),
    ],
)
def test_the_environment(monkeypatch: pytest.MonkeyPatch, name: str, value: str, code: str) -> None:
    monkeypatch.setenv(name, value)
    assert code in codes()


def test_the_logs_key_is_for_its_owner(settings: Any) -> None:
    Path(settings.LOG_KEY).chmod(0o640)
    assert "log_key_open" in codes(inspection.FAULT)


def test_three_days_without_anybody() -> None:
    with clock.at(clock.now() + timedelta(days=3)):
        assert {"days_late", "jobs_late", "old_backup", "verified_long_ago"} <= codes()
        assert schedule.late()


def test_four_eyes_take_two_who_may_decide() -> None:
    assert "deciders" in codes(inspection.OK)
    second = Person.objects.get(email="two@example.com")
    roles.give(person=second, given=[Role.FINANCE], by=None)
    assert "deciders" in codes(inspection.OK)
    roles.give(person=second, given=[Role.AUDITOR], by=None)
    assert "one_decider" in codes(inspection.WARNING)
    Person.objects.filter(email="one@example.com").update(is_active=False)
    assert "no_owner" in codes(inspection.FAULT)


def test_an_alarm_and_a_difference(settings: Any) -> None:
    alarms.sound("job_failed", "x", "y")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_economy SET reserve = reserve + 1")
    ledger.note_verified(settings.ECONOMY, ledger.verify(settings.ECONOMY))
    found = {one.code: one.facts for one in inspection.inspect()}
    assert found["alarms"] == {"count": 1}
    assert found["differs"]["what"] == "the economy's reserve: not as replayed"


def test_a_database_that_does_not_wait() -> None:
    statement = {"sqlite": "PRAGMA synchronous=NORMAL", "postgresql": "SET synchronous_commit=off"}
    back = {"sqlite": "PRAGMA synchronous=FULL", "postgresql": "RESET synchronous_commit"}
    with connection.cursor() as cursor:
        cursor.execute(statement[connection.vendor])
    assert "not_durable" in codes(inspection.FAULT)
    with connection.cursor() as cursor:
        cursor.execute(back[connection.vendor])


def test_tables_of_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert codes(inspection.FAULT) >= {"tables"}


def test_every_finding_has_its_words() -> None:
    source = Path(inspection.__file__).read_text(encoding="utf-8")
    used = set(re.findall(r'Finding\(\s*(?:OK|WARNING|FAULT|level), "(\w+)"', source))
    used |= {"sqlite_durable", "postgresql_durable"}
    assert used == WORDS.keys()
    for english, chinese in WORDS.values():
        assert set(re.findall(r"{\w+", english)) == set(re.findall(r"{\w+", chinese))


def test_djangos_own_check_is_content(tmp_path: Path) -> None:
    given = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/mall.sqlite3",
        "DJANGO_SETTINGS_MODULE": "patronage.web.config.settings",
        "PATRONAGE_SECRET_KEY": "".join(map(chr, range(48, 110))),
        "PATRONAGE_HOSTS": "mall.example.cn",
        "PATRONAGE_PROXIES": "1",
    }
    kept = {name: told for name, told in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    told = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=tmp_path, env={**kept, **given}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert "no issues" in told.stdout
