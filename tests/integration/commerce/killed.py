"""Let a process be killed after every commit of a deed, restart once, and look at what is left.

`main` builds a mall in a file, and for each deed and each of its commits copies it, lets a child do
the deed and die there by SIGKILL, does it again and runs the jobs as the next process would, and
compares with a run in which nothing died. Between two commits there is nothing to tell apart: what
was not committed is not there. It forks, so the process must have no other thread.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management import call_command
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from patronage import ledger
from patronage.commerce import aftersales, days, jobs, proposals, returns
from patronage.commerce.models import AfterSale, Alarm, Line, Proposal, ProposalKind, Return
from patronage.ledger.log.keys import make_key
from patronage.members import auditing, clock, payouts, testpayout
from patronage.members.models import Person, TestPayout, Withdrawal
from patronage.members.payout_port import Standing
from tests.integration.commerce.play import OPENED, Mall, Time
from tests.integration.members.play import PIN
from tests.integration.members.test_payouts import rich
from tests.shop import copied, on_file


class Deed(NamedTuple):
    """Something that staff or a job does: when the process died, they do it once more.

    Where it matters what came before, all that is due is done first.
    """

    name: str
    do: Callable[[], object]
    is_last: bool = False


class Prepared(NamedTuple):
    """A mall in a file, the moment it was left at, and what can be done in it."""

    path: Path
    now: Any
    deeds: list[Deed]


def prepared(folder: Path) -> Prepared:
    """Build a mall with much to do in a file."""
    path = folder / "mall.sqlite3"
    make_key("log.example.com/mall", path.with_suffix(".key"))
    with on_file(path, folder / "media"), ExitStack() as stack:
        call_command("migrate", verbosity=0, interactive=False)
        stack.enter_context(clock.at(OPENED))
        deeds = waiting(Mall(Time(stack)))
        return Prepared(path, clock.now(), deeds)


def waiting(mall: Mall) -> list[Deed]:
    """Let days be due, and payouts, a return, orders and a proposal wait; return what can be done.

    A week passes by.
    """
    one, other = (Person.objects.create_superuser(f"{n}@example.com", "x") for n in "ab")
    buyer, tea = mall.person(), mall.merchant(concession_micro=300_000)
    mall.buy(buyer, (mall.sku(), 2), (mall.sku(50_00, merchant=tea), 1))
    person = rich(mall)
    numbers = []
    for key in ("approve", "decline"):
        made = payouts.withdraw(person=person, key=key, amount_minor=10_00, pin=PIN)
        assert isinstance(made, Withdrawal), made
        numbers.append(made.number)
    assert payouts.approve(number=numbers[0], who=one) is None
    mall.give(buyer, cash=30_00)
    (order,) = mall.place(buyer, (mall.sku(80_00), 2))
    mall.pay([order], inner="cash", inner_minor=30_00)
    mall.receive(order)
    line = Line.objects.get(order=order)
    asked = returns.request_return(
        person=buyer, number=order.number, key="k", quantities={line.id: 1}
    )
    assert isinstance(asked, Return), asked
    credit = proposals.propose(
        kind=ProposalKind.CREDIT,
        facts={"account": buyer.account, "amount_minor": 5_00, "ground": "correction"},
        reason="核对",
        by=one,
    )
    assert isinstance(credit, Proposal), credit
    mall.give(person, cash=30_00)
    (given,) = mall.buy(person, (mall.sku(merchant=tea), 1), inner="cash", inner_minor=30_00)
    points = mall.held(person.account).points
    mall.submit(type="points.redeemed", account=person.account, points=points)
    case = aftersales.request(
        person=person,
        number=given.number,
        key="k",
        quantities={given.lines.get().id: 1},
        reason="漏液",
    )
    assert isinstance(case, AfterSale), case
    mall.place(buyer, (mall.sku(), 1))
    (held,) = mall.place(person, (mall.sku(cost=20_00), 3))
    mall.pay([held])
    mall.receive(held)
    mall.time.pass_by(days=7)

    def return_it() -> object:
        return returns.answer_return(merchant=None, return_id=asked.id, who=one, approve=True)

    def refund_it() -> object:
        return aftersales.answer(
            merchant=None, number=case.number, who=one, approve=True, needs_goods=False
        )

    return [
        Deed("close the days", days.close_due),
        Deed("all that is due", jobs.run_all),
        Deed("pay out", lambda: payouts.confirm(number=numbers[0], who=other)),
        Deed(
            "decline a payout",
            lambda: payouts.decline(number=numbers[1], who=other, reason="账号有误"),
        ),
        Deed("refund a return", return_it),
        Deed("refund a completed order", refund_it, is_last=True),
        Deed(
            "accept a proposal",
            lambda: proposals.accept(proposal_id=credit.pk, by=other, reason="同意"),
        ),
    ]


def run(mall: Prepared, deed: Deed) -> int:
    """Kill a process after each commit of a deed; return how many there are."""
    if deed.is_last:
        mall = mall._replace(path=copied(mall.path, mall.path.with_name("done.sqlite3")))
        with on_file(mall.path, mall.path.parent / "media"), clock.at(mall.now):
            jobs.run_all()
    _, expected = _tried(mall, deed, 0)
    for last in count(1):
        died, left = _tried(mall, deed, last)
        for table, rows in left.items():
            assert rows == expected[table], f"{deed.name}, after commit {last}: {table}"
        if not died:
            return last - 1
    raise AssertionError


def _tried(mall: Prepared, deed: Deed, last: int) -> tuple[bool, dict[str, Any]]:
    """Tell whether a process died after so many commits of a deed, and what is left in the end."""
    path = mall.path.with_name(f"{deed.name.replace(' ', '-')}-{last}.sqlite3")
    copied(mall.path, path)
    died = last > 0 and _child(lambda: _dying(mall, path, deed, last)) == -signal.SIGKILL
    left = _left_after_a_restart(mall, path, deed)
    shutil.rmtree(path.with_suffix(".log"), ignore_errors=True)
    for file in path.parent.glob(f"{path.stem}.*"):
        file.unlink()
    return died, left


def _dying(mall: Prepared, path: Path, deed: Deed, last: int) -> None:
    with on_file(path, path.parent / "media"), clock.at(mall.now), _killed_after(last):
        deed.do()


def _left_after_a_restart(mall: Prepared, path: Path, deed: Deed) -> dict[str, Any]:
    """Do the deed again and let the jobs run, as after a restart; return all that matters then."""
    with on_file(path, path.parent / "media"):
        with clock.at(mall.now + timedelta(minutes=2)):
            deed.do()
            jobs.run_all()
            for reference in TestPayout.objects.values_list("reference", flat=True):
                testpayout.answer(reference=reference, standing=Standing.PAID)
        with clock.at(mall.now + timedelta(minutes=4)):
            jobs.run_all()
        difference = ledger.verify("mall").difference
        assert difference is None, difference
        assert not Alarm.objects.exists(), list(Alarm.objects.values())
        assert isinstance(auditing.check_chain(), auditing.Chain)
        return _told()


def _told() -> dict[str, Any]:
    """Tell every row that says what happened, without when: a restart is later."""
    told = {}
    with connection.cursor() as cursor:
        for table, columns in (
            ("ledger_account", "account, points, coins, cash, quota"),
            ("ledger_journal", "type, code, count(*)"),
            ("commerce_refund", "channel, amount_minor, state"),
            ("commerce_return", "state"),
            ("commerce_transition", "order_id, from_state, to_state"),
            ("commerce_split", "order_id, kind, amount_minor"),
            ("commerce_proposal", "state, refusal"),
            ("commerce_aftersale", "state, netted_minor, missing_minor, refund_minor"),
            ("commerce_aftersaleshare", "kind, bearer, amount_minor"),
            ("commerce_debt", "merchant_id, amount_minor, paid_minor"),
            ("commerce_testrefund", "amount_minor"),
            ("members_withdrawal", "state, amount_minor"),
            ("members_testpayout", "reference, state"),
            ("members_notice", "person_id, kind, source"),
            ("members_auditentry", "verb, subject_kind, subject_id"),
        ):
            group = " GROUP BY type, code" if "count(" in columns else ""
            cursor.execute(f"SELECT {columns} FROM {table}{group}")  # noqa: S608
            told[table] = sorted(map(list, cursor.fetchall()), key=str)
    return told


@contextmanager
def _killed_after(last: int) -> Iterator[None]:
    """Kill this process after so many commits: of transactions, and of statements on their own."""
    seen, commit = 0, BaseDatabaseWrapper._commit

    def pass_by() -> None:
        nonlocal seen
        seen += 1
        if seen == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def committed(itself: BaseDatabaseWrapper) -> None:
        commit(itself)
        pass_by()

    def executed(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        alone = context["connection"].get_autocommit() and not sql.startswith(("SELECT", "BEGIN"))
        result = execute(sql, params, many, context)
        if alone:
            pass_by()
        return result

    BaseDatabaseWrapper._commit = committed
    try:
        with connection.execute_wrapper(executed):
            yield
    finally:
        BaseDatabaseWrapper._commit = commit


def _child(do: Callable[[], None]) -> int:
    """Do something in a process of its own; return how it ended, as `subprocess` would."""
    pid = os.fork()
    if pid == 0:
        try:
            do()
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main(folder: Path) -> None:
    """Print a line of JSON a deed."""
    mall = prepared(folder)
    for deed in mall.deeds:
        print(json.dumps({"deed": deed.name, "commits": run(mall, deed)}), flush=True)
