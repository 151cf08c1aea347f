"""What staff prove beyond their password: a code of the app on their phone.

allauth keeps the passwords' rate limits, the secrets and the recovery codes. Here is what it leaves
to a project: secrets are stored encrypted, and nobody who is staff gets anywhere without the code.
"""

import base64
import hashlib
import time
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal import auth
from allauth.mfa.totp.views import ActivateTOTPView
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext_lazy as _

from patronage.members import auditing
from patronage.members.limits import Limit, give_back, take
from patronage.members.models import AuditVerb, Person

PATH = "/staff/"
# Where staff may go until they have proved who they are.
_OPEN = (PATH, "/static/", "/language/", "/sign-out/")

_TRIES = Limit(5, 3600)

Answer = Callable[[HttpRequest], HttpResponseBase]


class SignInAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """How staff sign in. Nobody signs up here: members do elsewhere, and staff are appointed."""

    error_messages = {  # noqa: RUF012
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("E-mail or password is wrong."),
        "incorrect_code": _("The code is wrong."),
        "incorrect_password": _("The password is wrong."),
        "enter_current_password": _("The password is wrong."),
        "too_many_login_attempts": _("Too many attempts. Try again later."),
        "rate_limited": _("Too many attempts. Try again later."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Let nobody sign up by allauth's pages."""
        del request
        return False

    def pre_login(
        self, request: HttpRequest, user: Person, **kwargs: Any
    ) -> HttpResponseBase | None:
        """Let staff in alone: a password of anybody else opens nothing."""
        if not user.is_staff:
            return redirect("account_login")
        refused: HttpResponseBase | None = super().pre_login(request, user, **kwargs)
        return refused

    def login(self, request: HttpRequest, user: Person) -> None:
        """Note who came in, and from where."""
        super().login(request, user)
        facts = {"from": self.get_client_ip(request)}
        auditing.record(actor=user, verb=AuditVerb.SIGNED_IN, subject=user, facts=facts)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note that someone tried a password, and whose; an address that nobody has is not kept."""
        super().authentication_failed(request, **credentials)
        tried = Person.objects.filter(email__iexact=credentials.get("email") or "").first()
        facts = {"step": "password", "from": self.get_client_ip(request)}
        auditing.record(actor=None, verb=AuditVerb.SIGN_IN_FAILED, subject=tried, facts=facts)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Go back to the page from which signing in is looked after."""
        del request
        return resolve_url("mfa_index")

    def add_message(self, *args: object, **kwargs: object) -> None:
        """Say nothing beside what the pages say."""


class SecretsAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps secrets encrypted, so that a copy of the database alone proves nothing."""

    error_messages = {  # noqa: RUF012
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("The code is wrong."),
    }

    def get_totp_issuer(self) -> str:
        """Name the mall in the app."""
        return str(settings.COMPANY_NAME)

    def encrypt(self, text: str) -> str:
        """Encrypt a secret for the database."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return a stored secret; after a change of the key another one, which no code fits."""
        try:
            return _fernet().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return str(auth.generate_totp_secret())


class CodeForm(AuthenticateForm):  # type: ignore[misc]
    """The code asked for after the password."""

    def clean_code(self) -> Any:
        """Note each code that is wrong."""
        try:
            return super().clean_code()
        except ValidationError:
            facts = {"step": "code"}
            auditing.record(
                actor=None, verb=AuditVerb.SIGN_IN_FAILED, subject=self.user, facts=facts
            )
            raise


def _fernet() -> Fernet:
    digest = hashlib.sha256(f"second factor {settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


def require_second_factor(answer: Answer) -> Answer:
    """Send staff who have not proved it by a code to where they do, whatever page they ask for."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        is_staff = getattr(request.user, "is_staff", False)
        if request.path.startswith(PATH) and request.user.is_authenticated and not is_staff:
            return render(request, "shared/not_staff.html", status=403)
        if not is_staff or request.path.startswith(_OPEN) or is_proved(request):
            return answer(request)
        if Authenticator.objects.filter(
            user_id=request.user.pk, type=Authenticator.Type.TOTP
        ).exists():
            logout(request)
            return redirect("account_login")
        return redirect("mfa_activate_totp")

    return answered


def is_proved(request: HttpRequest) -> bool:
    """Tell whether a code was given in this session."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records)


def gives_code(person: Person, code: str) -> bool:
    """Tell whether a code is the one that someone's app shows now; each works once.

    After five tries in an hour none is taken.
    """
    found = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).first()
    if found is None or not take("app code", str(person.pk), _TRIES):
        return False
    if not found.wrap().validate_code(code.strip()):
        return False
    give_back("app code", str(person.pk), _TRIES)
    return True


class SetUpView(ActivateTOTPView):  # type: ignore[misc]
    """Sets up an app, which takes a code of it: so none is asked for again."""

    def form_valid(self, form: ActivateTOTPForm) -> HttpResponseBase:
        """Remember the proof."""
        response: HttpResponseBase = super().form_valid(form)
        user = self.request.user
        record_authentication(self.request, user, method="mfa", type=Authenticator.Type.TOTP)
        return response


def enrol(person: Person) -> None:
    """Set up an app for someone of the staff, for a demonstration and for tests."""
    auth.TOTP.activate(person, auth.generate_totp_secret())


def code_now(authenticator: Authenticator) -> str:
    """Return the code that someone's app shows now."""
    secret = SecretsAdapter().decrypt(authenticator.data["secret"])
    counter = int(time.time()) // app_settings.TOTP_PERIOD
    return str(auth.format_hotp_value(auth.hotp_value(secret, counter)))
