"""Judges a charter by reasoning: promise by promise, without a single order."""

from dataclasses import dataclass

from patronage.economy import Charter
from patronage.lab import forecast, promises
from patronage.lab.forecast import Milestone, Share
from patronage.lab.subject import Assumptions, Finding, Number, Subject, Verdict

__all__ = ["Assumptions", "Finding", "Milestone", "Number", "Report", "Share", "Verdict", "check"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that a check has found out."""

    charter: Charter
    assumptions: Assumptions
    findings: tuple[Finding, ...]
    shares: tuple[Share, ...]
    milestones: tuple[Milestone, ...]

    @property
    def is_sound(self) -> bool:
        """Tell whether no promise fails or needs a warning."""
        return not (self.count("warning") or self.count("fails"))

    def count(self, verdict: Verdict) -> int:
        """Return how many findings have this verdict."""
        return sum(finding.verdict == verdict for finding in self.findings)


def check(charter: Charter, assumptions: Assumptions) -> Report:
    """Judge every promise of a charter under the assumptions."""
    subject = Subject(charter, assumptions)
    findings = [
        promises.parties(subject),
        promises.founding(subject),
        promises.first_value(subject),
        promises.growth(subject),
        promises.authorised(subject),
        promises.margin(subject),
        promises.fee(subject),
        promises.merchants(subject),
        forecast.time_to_quota(subject),
        forecast.average_member(subject),
        forecast.quotas(subject),
        forecast.stop(subject),
        forecast.evening(subject),
    ]
    return Report(
        charter=charter,
        assumptions=assumptions,
        findings=tuple(finding for finding in findings if finding is not None),
        shares=forecast.shares(subject),
        milestones=forecast.milestones(subject),
    )
