"""What is to be done again and again. Each may run twice at once, or die half way."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, NamedTuple

from patronage.commerce import (
    amendments,
    completion,
    counter,
    days,
    figures,
    leftovers,
    merchants,
    orders,
    payments,
    posting,
    proposals,
    publishing,
    refunds,
)
from patronage.members import awards, notices, noticing, payouts, ranking


class Job(NamedTuple):
    """A thing to do, and how often. It returns how much there was to do."""

    name: str
    do: Callable[[], int]
    every: timedelta


_MINUTE: Final = timedelta(minutes=1)

JOBS: Final = (
    Job("deliver test messages", payments.deliver_test_messages, timedelta(seconds=5)),
    Job("ask providers", payments.ask_providers, _MINUTE),
    Job("cancel unpaid orders", orders.cancel_unpaid, _MINUTE),
    Job("retry refunds", refunds.retry, _MINUTE),
    Job("settle", posting.settle_all, timedelta(seconds=5)),
    Job("receive orders", orders.receive_due, 10 * _MINUTE),
    Job("complete orders", completion.complete_due, _MINUTE),
    Job("divide orders", completion.divide_due, _MINUTE),
    Job("conclude counters", counter.conclude_due, _MINUTE),
    Job("pay out", payouts.go_on, _MINUTE),
    Job("conclude proposals", proposals.conclude_due, _MINUTE),
    Job("amend the charter", amendments.put_in_force, _MINUTE),
    Job("begin agreements", merchants.put_in_force, _MINUTE),
    Job("close days", days.close_due, _MINUTE),
    Job("follow the journal", noticing.follow_journal, timedelta(seconds=15)),
    Job("tell of days", noticing.follow_closes, 10 * _MINUTE),
    Job("send texts", notices.send_texts, _MINUTE),
    Job("rank members", ranking.rank, 10 * _MINUTE),
    Job("take cut-offs", awards.take_cut_offs, _MINUTE),
    Job("list partners", awards.list_partners, 60 * _MINUTE),
    Job("watch days", days.watch, 10 * _MINUTE),
    Job("count days", figures.count_days, _MINUTE),
    Job("publish", publishing.publish, timedelta(seconds=5)),
    Job("push to witnesses", publishing.push_witnesses, _MINUTE),
    Job("copy the log", publishing.copy, timedelta(seconds=5)),
    Job("clear sessions", leftovers.clear_sessions, 60 * _MINUTE),
    Job("clear runs", leftovers.clear_runs, 60 * _MINUTE),
)
"""In the order in which one after another does the most."""


def run_all() -> dict[str, int]:
    """Do every job once, in order; return how much each had to do. Not inside a transaction."""
    return {job.name: job.do() for job in JOBS}
