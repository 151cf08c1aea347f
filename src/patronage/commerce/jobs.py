"""What is to be done again and again. Each may run twice at once, or die half way."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from patronage.commerce import (
    aftersales,
    amendments,
    completion,
    counter,
    days,
    debts,
    dividing,
    figures,
    leftovers,
    merchants,
    orders,
    payments,
    posting,
    proposals,
    publishing,
    purchasing,
    refunds,
    reversal,
    rewarding,
    rewards,
)
from patronage.members import awards, notices, noticing, payouts, ranking


class Job(NamedTuple):
    """A thing to do, what people call it, and how often. It returns how much there was to do."""

    name: str
    label: Promise
    do: Callable[[], int]
    every: timedelta


_MINUTE: Final = timedelta(minutes=1)

JOBS: Final = (
    Job(
        "deliver test messages",
        _("deliver test payments' messages"),
        payments.deliver_test_messages,
        timedelta(seconds=5),
    ),
    Job("ask providers", _("ask payment providers"), payments.ask_providers, _MINUTE),
    Job("cancel unpaid orders", _("cancel unpaid orders"), orders.cancel_unpaid, _MINUTE),
    Job("retry refunds", _("retry refunds"), refunds.retry, _MINUTE),
    Job("settle", _("settle what waits"), posting.settle_all, timedelta(seconds=5)),
    Job(
        "decline purchases",
        _("decline what suppliers did not confirm"),
        purchasing.decline_due,
        _MINUTE,
    ),
    Job("receive orders", _("confirm receipt in time"), orders.receive_due, 10 * _MINUTE),
    Job("complete orders", _("complete orders after the hold"), completion.complete_due, _MINUTE),
    Job("divide orders", _("divide completed orders' money"), dividing.divide_due, _MINUTE),
    Job("pay rewards", _("pay released rewards"), rewarding.pay_due, _MINUTE),
    Job("pass on after-sales", _("hand on after-sales"), aftersales.pass_on_due, 10 * _MINUTE),
    Job("refund after-sales", _("refund after-sales"), reversal.go_on_due, _MINUTE),
    Job("collect debts", _("collect debts"), debts.collect_due, _MINUTE),
    Job("conclude counters", _("conclude counter payments"), counter.conclude_due, _MINUTE),
    Job("pay out", _("pay out withdrawals"), payouts.go_on, _MINUTE),
    Job("conclude proposals", _("conclude accepted proposals"), proposals.conclude_due, _MINUTE),
    Job("amend the charter", _("put amendments in force"), amendments.put_in_force, _MINUTE),
    Job(
        "begin agreements", _("put merchants' agreements in force"), merchants.put_in_force, _MINUTE
    ),
    Job("close days", _("close days"), days.close_due, _MINUTE),
    Job(
        "follow the journal",
        _("write notices of movements"),
        noticing.follow_journal,
        timedelta(seconds=15),
    ),
    Job("tell of days", _("write notices of closed days"), noticing.follow_closes, 10 * _MINUTE),
    Job("send texts", _("send text messages"), notices.send_texts, _MINUTE),
    Job("rank members", _("rank members"), ranking.rank, 10 * _MINUTE),
    Job("take cut-offs", _("freeze the places that decide rewards"), awards.take_cut_offs, _MINUTE),
    Job("follow awards", _("note which rewards were credited"), rewards.follow_proposals, _MINUTE),
    Job("list partners", _("list partners"), awards.list_partners, 60 * _MINUTE),
    Job("watch days", _("watch for days not closed"), days.watch, 10 * _MINUTE),
    Job("count days", _("count what days came to"), figures.count_days, _MINUTE),
    Job("publish", _("publish the log"), publishing.publish, timedelta(seconds=5)),
    Job("push to witnesses", _("push to witnesses"), publishing.push_witnesses, _MINUTE),
    Job("copy the log", _("copy the log elsewhere"), publishing.copy, timedelta(seconds=5)),
    Job("clear sessions", _("clear old sessions"), leftovers.clear_sessions, 60 * _MINUTE),
    Job("clear runs", _("clear old runs of jobs"), leftovers.clear_runs, 60 * _MINUTE),
    Job("clear devices", _("forget old devices"), leftovers.clear_devices, 60 * _MINUTE),
)
"""In the order in which one after another does the most."""


def run_all() -> dict[str, int]:
    """Do every job once, in order; return how much each had to do. Not inside a transaction."""
    return {job.name: job.do() for job in JOBS}
