"""Proposals: what one of the staff wants done, and what another decided."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from patronage.members import clock


class ProposalKind(models.TextChoices):
    """What is to be done."""

    AMENDMENT = "amendment", _("announce an amendment of the charter")
    FUNDING = "funding", _("add the operator's money to the reserve")
    SURPLUS = "surplus", _("move surplus into the reserve")
    TREASURY = "treasury", _("burn treasury points")
    CREDIT = "credit", _("credit cash")
    CHARGE = "charge", _("charge cash")
    PAYOUT = "payout", _("pay out a large withdrawal")
    UNFREEZE = "unfreeze", _("thaw an account")


class ProposalState(models.TextChoices):
    """Where a proposal stands."""

    OPEN = "open", pgettext_lazy("of a proposal", "waiting for a decision")
    ACCEPTED = "accepted", pgettext_lazy("of a proposal", "accepted")
    REFUSED = "refused", pgettext_lazy("of a proposal", "refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("of a proposal", "withdrawn")


class Proposal(models.Model):
    """Something that moves value or rules by hand, proposed by one and decided by another.

    `facts` are what `deeds` reads for its kind, whole minor units and nano-points. Accepted, it is
    done in the same transaction; what then follows outside of it (settling, asking a provider) has
    ended once `concluded_at` is set: `record` is the journal's, `refusal` the ledger's code where
    it was refused after all.
    """

    kind = models.CharField(_("what is to be done"), max_length=12, choices=ProposalKind.choices)
    facts = models.JSONField(_("facts"))
    reason = models.CharField(pgettext_lazy("of what staff do", "Reason"), max_length=200)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    proposed_at = models.DateTimeField(_("proposed at"), default=clock.now)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=ProposalState.choices,
        default=ProposalState.OPEN,
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decision_reason = models.CharField(_("reason of the decision"), max_length=200, blank=True)
    concluded_at = models.DateTimeField(_("carried out at"), null=True)
    record = models.BigIntegerField(_("record of the journal"), null=True)
    refusal = models.CharField(_("refused by the ledger as"), max_length=40, blank=True)

    class Meta:
        """Two pairs of eyes; each decision with its reason."""

        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=ProposalState.values), name="commerce_proposal_state"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="commerce_proposal_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("accepted", "refused"))
                | (Q(decided_by__isnull=False) & ~Q(decision_reason="")),
                name="commerce_proposal_decided",
            ),
        )
        indexes = (
            models.Index(
                fields=("id",),
                name="commerce_proposal_unfinished",
                condition=Q(state="accepted", concluded_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"
