"""The steps of an after-sale case: each is logged, and told to the member."""

from typing import Final

from patronage.commerce.models import AfterSale, AfterSaleDeed, AfterSaleStep
from patronage.members.models import NoticeKind, Person
from patronage.members.notices import Told, tell

_MEMBERS_OWN: Final = (AfterSaleDeed.ASKED, AfterSaleDeed.SENT, AfterSaleDeed.WITHDRAWN)


def note_step(
    case: AfterSale, deed: AfterSaleDeed, *, who: Person | None = None, note: str = ""
) -> None:
    """Log a step of a case and tell the member of it, in the transaction of the step.

    They are not told of what they did themselves.
    """
    step = AfterSaleStep.objects.create(aftersale=case, deed=deed, who=who, note=note[:200])
    if deed in _MEMBERS_OWN:
        return
    facts = {
        "deed": str(deed),
        "case": case.number,
        "order": case.order.number,
        "amount": case.sent_minor,
    }
    tell(Told(case.order.person_id, NoticeKind.AFTERSALE, f"aftersale:{step.id}", facts))
