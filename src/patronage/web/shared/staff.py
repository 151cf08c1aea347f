"""Appointing staff, and letting someone in again who lost their password or their phone."""

import secrets
from collections.abc import Collection
from typing import Final, NamedTuple

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from patronage.members import auditing, roles
from patronage.members.models import AuditVerb, Person, Role
from patronage.members.refusals import Refusal

_PASSWORD_BYTES: Final = 15


class StaffRefusal(Refusal):
    """Why nobody is appointed, or no sign-in is made anew."""

    BAD_EMAIL = "bad_email", _("Enter an e-mail address, like name@example.com.")
    EMAIL_TAKEN = "email_taken", _("Someone with this e-mail address is there already.")
    UNKNOWN = "unknown", _("Nobody of the staff has this e-mail address.")


class Access(NamedTuple):
    """How someone signs in for the first time: the password is stored nowhere in clear."""

    person: Person
    password: str


def appoint(
    *, email: str, name: str = "", given: Collection[Role] = (), by: Person | None = None
) -> Access | StaffRefusal:
    """Make someone staff, who sets up an app at their first visit.

    Whoever is given no role acts for the merchants that name them among their staff. By None: a
    command.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        return StaffRefusal.BAD_EMAIL
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    with transaction.atomic():
        if Person.objects.filter(email__iexact=email).exists():
            return StaffRefusal.EMAIL_TAKEN
        person = Person(email=email, name=name[:40], is_staff=True)
        person.set_password(password)
        person.save()
        roles.give(person=person, given=given, by=by)
    person.refresh_from_db()
    return Access(person, password)


def renew(*, email: str, by: Person | None = None) -> Access | StaffRefusal:
    """Give someone of the staff a new password, and let them set up an app anew.

    The old app, its recovery codes and every session of theirs are worth nothing from then on.
    """
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    with transaction.atomic():
        staff = Person.objects.select_for_update().filter(is_staff=True)
        person = staff.filter(email__iexact=email.strip()).first()
        if person is None:
            return StaffRefusal.UNKNOWN
        person.set_password(password)
        person.save(update_fields=["password"])
        Authenticator.objects.filter(user=person).delete()
        auditing.record(actor=by, verb=AuditVerb.RENEWED, subject=person)
    return Access(person, password)
