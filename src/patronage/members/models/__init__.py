"""The tables of members."""

from patronage.members.models.addresses import Address
from patronage.members.models.audit import AppendOnlyError, AuditEntry, AuditHead, AuditVerb
from patronage.members.models.blocking import Block
from patronage.members.models.cached import Cached
from patronage.members.models.consents import Consent, Document
from patronage.members.models.devices import Device
from patronage.members.models.levels import Level
from patronage.members.models.notices import Notice, NoticeChoice, NoticeKind, NoticePosition
from patronage.members.models.people import (
    FormerPhone,
    Person,
    PersonManager,
    ReferrerBoundError,
    new_account_id,
    new_referral_code,
)
from patronage.members.models.pins import Pin
from patronage.members.models.policy import Payout, PayoutChoice
from patronage.members.models.ranking import (
    Award,
    AwardState,
    CutOff,
    CutOffPlace,
    Partner,
    Rank,
    Reward,
)
from patronage.members.models.roles import Role, StaffRole
from patronage.members.models.signin import Allowance, SignInCode
from patronage.members.models.texts import SentText
from patronage.members.models.value import (
    Payee,
    Quote,
    TestPayout,
    Withdrawal,
    WithdrawalState,
)

__all__ = [
    "Address",
    "Allowance",
    "AppendOnlyError",
    "AuditEntry",
    "AuditHead",
    "AuditVerb",
    "Award",
    "AwardState",
    "Block",
    "Cached",
    "Consent",
    "CutOff",
    "CutOffPlace",
    "Device",
    "Document",
    "FormerPhone",
    "Level",
    "Notice",
    "NoticeChoice",
    "NoticeKind",
    "NoticePosition",
    "Partner",
    "Payee",
    "Payout",
    "PayoutChoice",
    "Person",
    "PersonManager",
    "Pin",
    "Quote",
    "Rank",
    "ReferrerBoundError",
    "Reward",
    "Role",
    "SentText",
    "SignInCode",
    "StaffRole",
    "TestPayout",
    "Withdrawal",
    "WithdrawalState",
    "new_account_id",
    "new_referral_code",
]
