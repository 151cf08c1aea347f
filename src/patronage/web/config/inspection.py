"""Looking an installation over: what would hurt its people one day, found before.

Each finding is a subject, how bad it is, and facts; the command has the words.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.core import checks
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from patronage import ledger
from patronage.commerce import channels, days, posting, schedule
from patronage.commerce.models import Alarm
from patronage.ledger import backup
from patronage.members import auditing, clock, profiles, roles, testpayout

OK, WARNING, FAULT = "ok", "warning", "fault"
SECRET_LENGTH: Final = 50
_LATELY: Final = timedelta(days=2)
_APART: Final = timedelta(seconds=5)
_FREE_BYTES: Final = 1 << 30


class Finding(NamedTuple):
    """What was found: `code` names the sentence, `facts` are put into it."""

    level: str
    code: str
    facts: Mapping[str, Any] = MappingProxyType({})


def inspect() -> Iterator[Finding]:
    """Look at settings, database and how the mall runs; yield what was found, in order.

    Without the tables only what needs none is looked at. Raises DatabaseError.
    """
    yield from _keys()
    yield from _outside()
    yield from _house()
    yield from _database()
    yield from _disk()
    yield from _backups()
    if not _has_tables():
        yield Finding(FAULT, "tables")
        return
    yield from _framework()
    yield from _audit()
    yield from _staff()
    if settings.ECONOMY not in ledger.economies():
        yield Finding(FAULT, "no_economy", {"economy": settings.ECONOMY})
        return
    for look in (_zone, _running, _verified):
        yield from look()


def _keys() -> Iterator[Finding]:
    secret = os.environ.get("PATRONAGE_SECRET_KEY", "")
    if len(secret) < SECRET_LENGTH:
        yield Finding(FAULT, "secret_short", {"length": len(secret), "least": SECRET_LENGTH})
    elif not os.environ.get("PATRONAGE_PHONE_KEY"):
        yield Finding(WARNING, "phone_key")
    else:
        yield Finding(OK, "keys")
    if not settings.LOG_KEY:
        yield Finding(WARNING, "no_log")
    elif not Path(settings.LOG_KEY).is_file():
        yield Finding(FAULT, "log_key_missing", {"file": settings.LOG_KEY})
    elif Path(settings.LOG_KEY).stat().st_mode & 0o077:
        yield Finding(FAULT, "log_key_open", {"file": settings.LOG_KEY})
    else:
        yield Finding(OK, "log")


def _outside() -> Iterator[Finding]:
    """Look at what strangers reach."""
    names = [name for name in settings.ALLOWED_HOSTS if name not in ("127.0.0.1", "localhost")]
    if any("*" in name for name in names):
        yield Finding(FAULT, "any_host")
    elif not names:
        yield Finding(WARNING, "no_host")
    else:
        yield Finding(OK, "hosts", {"names": ", ".join(names)})
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        yield Finding(OK, "https")
    else:
        yield Finding(WARNING, "no_https")
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    loose = sorted(name for name, sources in directives.items() if "unsafe" in str(sources))
    if loose:
        yield Finding(FAULT, "loose_policy", {"names": ", ".join(loose)})
    else:
        yield Finding(OK, "policy")


def _house() -> Iterator[Finding]:
    """Look at what makes a demonstration a mall."""
    if settings.DEMO:
        yield Finding(FAULT, "demo")
        return
    if settings.SMS_SENDER == "patronage.members.sms.EmbeddedSender":
        yield Finding(FAULT, "no_sms")
    if not channels.available():
        yield Finding(WARNING, "no_channel")
    if profiles.issuer() is None:
        yield Finding(FAULT, "no_issuer", {"policy": settings.POLICY})
    if not settings.COMPANY_ICP:
        yield Finding(WARNING, "company", {"names": "PATRONAGE_ICP"})
    doubles = {"PATRONAGE_KYC": settings.KYC_PROVIDER}
    doubles["PATRONAGE_PAYOUT_PROVIDER"] = settings.PAYOUT_PROVIDER
    played = [name for name, path in doubles.items() if path.startswith(testpayout.__name__)]
    if played:
        yield Finding(WARNING, "no_payout", {"names": ", ".join(played)})


def _database() -> Iterator[Finding]:
    look = {"sqlite": _sqlite, "postgresql": _postgresql}[connection.vendor]
    bad = list(look())
    yield from bad or [Finding(OK, f"{connection.vendor}_durable")]


def _sqlite() -> Iterator[Finding]:
    for name, wanted in (("journal_mode", "wal"), ("synchronous", "2")):
        found = _told(f"PRAGMA {name}")
        if found != wanted:
            yield Finding(FAULT, "not_durable", {"name": name, "found": found, "wanted": wanted})


def _postgresql() -> Iterator[Finding]:
    for name in ("fsync", "full_page_writes"):
        if (found := _told(f"SHOW {name}")) != "on":
            yield Finding(FAULT, "not_durable", {"name": name, "found": found, "wanted": "on"})
    found = _told("SHOW synchronous_commit")
    if found not in ("on", "remote_apply"):
        facts = {"name": "synchronous_commit", "found": found, "wanted": "on"}
        yield Finding(FAULT, "not_durable", facts)
    if not _told("SHOW synchronous_standby_names"):
        yield Finding(WARNING, "no_standby")
    if _told("SHOW data_checksums") != "on":
        yield Finding(WARNING, "no_checksums")
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs(cursor.fetchone()[0] - datetime.now(UTC))
    if apart > _APART:
        yield Finding(WARNING, "clocks", {"seconds": round(apart.total_seconds())})


def _told(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return str(cursor.fetchone()[0])


def _disk() -> Iterator[Finding]:
    place = Path(settings.MEDIA_ROOT)
    if connection.vendor == "sqlite":
        place = Path(connection.settings_dict["NAME"])
    while not place.exists():
        place = place.parent
    disk = shutil.disk_usage(place)
    if disk.free < max(_FREE_BYTES, disk.total // 20):
        yield Finding(WARNING, "disk", {"megabytes": disk.free >> 20})


def _backups() -> Iterator[Finding]:
    folder = os.environ.get("PATRONAGE_BACKUPS")
    if not folder:
        yield Finding(WARNING, "no_backups")
        return
    newest = backup.newest(Path(folder))
    if newest is None or clock.now() - newest > _LATELY:
        made = "–" if newest is None else f"{newest:%F}"
        yield Finding(FAULT, "old_backup", {"folder": folder, "made": made})
    else:
        yield Finding(OK, "backup", {"made": f"{newest:%F %H:%M} UTC"})


def _has_tables() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _framework() -> Iterator[Finding]:
    """Ask Django's own check."""
    for told in checks.run_checks(include_deployment_checks=True, databases=["default"]):
        if not told.is_silenced():
            level = FAULT if told.level >= checks.ERROR else WARNING
            yield Finding(level, "framework", {"id": told.id, "text": told.msg.split("\n")[0]})


def _staff() -> Iterator[Finding]:
    """Look at whether two can decide on value."""
    deciders = roles.deciders()
    if deciders == 0:
        yield Finding(FAULT, "no_owner")
    elif deciders == 1:
        yield Finding(WARNING, "one_decider")
    else:
        yield Finding(OK, "deciders")


def _audit() -> Iterator[Finding]:
    found = auditing.check_chain()
    if isinstance(found, auditing.ChainFault):
        yield Finding(FAULT, "audit_broken", found._asdict())
    else:
        yield Finding(OK, "audit", {"number": found.number, "hash": found.hash[:16]})


def _zone() -> Iterator[Finding]:
    charter = posting.charter()
    if charter.timezone:
        yield Finding(OK, "zone", {"zone": charter.timezone})
    else:
        yield Finding(WARNING, "no_zone", {"zone": settings.TIME_ZONE})


def _running() -> Iterator[Finding]:
    late = days.due(grace=days.LATE_AFTER)
    if late:
        yield Finding(FAULT, "days_late", {"count": len(late), "first": str(late[0])})
    jobs = schedule.late()
    if jobs:
        yield Finding(FAULT, "jobs_late", {"names": ", ".join(jobs)})
    else:
        yield Finding(OK, "jobs")
    alarms = Alarm.objects.filter(cleared_at=None).count()
    if alarms:
        yield Finding(FAULT, "alarms", {"count": alarms})


def _verified() -> Iterator[Finding]:
    facts: dict[str, Any] = {"economy": settings.ECONOMY}
    last = ledger.last_verified(settings.ECONOMY)
    if last is None:
        yield Finding(WARNING, "never_verified", facts)
        return
    facts |= {"at": f"{last.at:%F %H:%M} UTC", "records": last.records, "what": last.difference}
    if last.difference:
        yield Finding(FAULT, "differs", facts)
    elif clock.now() - last.at > _LATELY:
        yield Finding(WARNING, "verified_long_ago", facts)
    else:
        yield Finding(OK, "verified", facts)
