"""Who people are. What they hold stands in the ledger alone, under an opaque account id."""

import secrets
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patronage.members import clock
from patronage.members.phones import masked

# Without letters and digits that look alike, as people read codes aloud.
_CODE_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_account_id() -> str:
    """Return an account id for the ledger: random, so that it says nothing of its holder."""
    return secrets.token_hex(12)


def new_referral_code() -> str:
    """Return a random code to sign up with: long enough that millions hardly ever share one."""
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(10))


class ReferrerBoundError(RuntimeError):
    """Something tried to change who referred a member, which is bound at sign-up for good."""


class PersonManager(BaseUserManager["Person"]):
    """Makes people: members by phone, staff by e-mail."""

    def create_user(self, **fields: Any) -> "Person":
        """Make a person without a password."""
        person = self.model(**fields)
        person.set_unusable_password()
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str, **fields: Any) -> "Person":
        """Make an operator who may do everything."""
        person = self.model(email=email, is_staff=True, is_superuser=True, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser, PermissionsMixin):
    """Someone who signs in: a member by phone, staff by e-mail.

    `phone` is in E.164 form. `account` is the member's id in the ledger. `referrer` is bound at
    sign-up for good; one level, so nothing here can hold a second. Who closed their account keeps
    the row, without anything that tells who they were. While `frozen_at` is set no value leaves;
    `frozen_reason` is what the member is told.
    """

    phone = models.CharField(_("phone"), max_length=16, unique=True, null=True, blank=True)
    email = models.EmailField(_("e-mail"), unique=True, null=True, blank=True)
    name = models.CharField(_("name"), max_length=40, blank=True, db_index=True)
    account = models.CharField(
        _("account"), max_length=40, unique=True, default=new_account_id, editable=False
    )
    referral_code = models.CharField(
        max_length=12, unique=True, default=new_referral_code, editable=False
    )
    referrer = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="referred",
        editable=False,
        verbose_name=_("referrer"),
    )
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(_("joined at"), default=clock.now, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)
    frozen_at = models.DateTimeField(_("frozen at"), null=True, blank=True, editable=False)
    frozen_reason = models.CharField(_("why frozen"), max_length=200, blank=True, editable=False)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        """No one refers themselves; staff have no phone to sign in by; who left cannot come in."""

        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = (
            models.Index(
                fields=("joined_at", "id"),
                name="members_person_joined",
                condition=Q(is_staff=False),
            ),
            models.Index(fields=("-id",), name="members_person_staff", condition=Q(is_staff=True)),
            models.Index(fields=("-id",), name="members_person_shut", condition=Q(is_active=False)),
            models.Index(
                fields=("-id",), name="members_person_frozen", condition=Q(frozen_at__isnull=False)
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(referrer__isnull=True) | ~Q(referrer=F("id")),
                name="members_person_refers_another",
            ),
            models.CheckConstraint(
                condition=Q(is_staff=False) | Q(phone__isnull=True),
                name="members_person_staff_by_email",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True)
                | Q(phone__isnull=True, email__isnull=True, name="", is_active=False),
                name="members_person_closed_is_blank",
            ),
        )

    def __str__(self) -> str:
        return self.name or self.email or self.masked_phone

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, unless another referrer was set. Raises ReferrerBoundError."""
        fields = kwargs.get("update_fields")
        if not self._state.adding and (fields is None or "referrer" in fields):
            bound = Person.objects.values_list("referrer_id", flat=True).get(pk=self.pk)
            if self.referrer_id != bound:
                raise ReferrerBoundError(f"person {self.pk}")
        super().save(*args, **kwargs)

    @property
    def masked_phone(self) -> str:
        """The phone with its middle hidden, as others may see it: 138****8000."""
        return masked(self.phone or "")


class FormerPhone(models.Model):
    """The keyed hash of a phone whose member closed their account: all that is kept of it."""

    digest = models.CharField(max_length=64, primary_key=True)
    closed_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.digest[:8]}…"
