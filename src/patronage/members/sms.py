"""Text messages: the port, and the sender in the house that stands in for a provider."""

import logging
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from patronage.members.models import SentText
from patronage.members.sentences import sentence

logger = logging.getLogger(__name__)


class SmsError(Exception):
    """The message was not taken for sending."""


class SmsSender(Protocol):
    """What a provider of text messages does. Providers send approved templates, not free text."""

    def send_code(self, *, phone: str, code: str, minutes: int) -> None:
        """Send a sign-in code, valid for so many minutes, to an E.164 number. Raises SmsError."""

    def send_pin_code(self, *, phone: str, code: str, minutes: int) -> None:
        """Send a code with which the pay PIN is set, in the same way. Raises SmsError."""

    def send_notice(self, *, phone: str, kind: str, facts: dict[str, Any]) -> None:
        """Send what a notice tells: a template by its kind, filled with facts. Raises SmsError."""


class EmbeddedSender:
    """Keeps messages for the development inbox and writes them to the log; in a demo only."""

    def send_code(self, *, phone: str, code: str, minutes: int) -> None:
        """Keep a sign-in code where developers find it. Raises SmsError outside of a demo."""
        text = _("%(code)s is your sign-in code, valid for %(minutes)s minutes.")
        self._keep(phone, text % {"code": code, "minutes": minutes})

    def send_pin_code(self, *, phone: str, code: str, minutes: int) -> None:
        """Keep a code for the pay PIN where developers find it. Raises SmsError outside a demo."""
        text = _("%(code)s is your code for the pay PIN, valid for %(minutes)s minutes.")
        self._keep(phone, text % {"code": code, "minutes": minutes})

    def send_notice(self, *, phone: str, kind: str, facts: dict[str, Any]) -> None:
        """Keep a notice's sentence where developers find it. Raises SmsError outside of a demo."""
        self._keep(phone, sentence(kind, facts))

    def _keep(self, phone: str, text: str) -> None:
        if not settings.DEMO:
            raise SmsError("no provider of text messages is set up: set PATRONAGE_SMS")
        SentText.objects.create(phone=phone, text=text)
        logger.info("text message to %s: %s", phone, text)


def sender() -> SmsSender:
    """Return the sender that the settings name."""
    chosen: SmsSender = import_string(settings.SMS_SENDER)()
    return chosen
