"""Text messages: the port, and the sender in the house that stands in for a provider."""

import logging
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from patronage.members.models import SentText

logger = logging.getLogger(__name__)


class SmsError(Exception):
    """The message was not taken for sending."""


class SmsSender(Protocol):
    """What a provider of text messages does. Providers send approved templates, not free text."""

    def send_code(self, *, phone: str, code: str, minutes: int) -> None:
        """Send a sign-in code, valid for so many minutes, to an E.164 number. Raises SmsError."""


class EmbeddedSender:
    """Keeps messages for the development inbox and writes them to the log; in a demo only."""

    def send_code(self, *, phone: str, code: str, minutes: int) -> None:
        """Keep a sign-in code where developers find it. Raises SmsError outside of a demo."""
        if not settings.DEMO:
            raise SmsError("no provider of text messages is set up: set PATRONAGE_SMS")
        text = _("%(code)s is your sign-in code, valid for %(minutes)s minutes.") % {
            "code": code,
            "minutes": minutes,
        }
        SentText.objects.create(phone=phone, text=text)
        logger.info("text message to %s: %s", phone, text)


def sender() -> SmsSender:
    """Return the sender that the settings name."""
    chosen: SmsSender = import_string(settings.SMS_SENDER)()
    return chosen
