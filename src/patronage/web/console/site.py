"""The operators' back office: what is every merchant's, and what is the mall's alone."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from patronage.web.shared.office.site import Office


class Console(Office):
    """For operators."""

    site_header = site_title = index_title = _("Console")
    is_of_the_mall = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Let operators in."""
        return bool(request.user.is_active and is_operator(request))


site = Console(name="console")


def is_operator(request: HttpRequest) -> bool:
    """Tell whether the reader runs the mall."""
    user = request.user
    return bool(getattr(user, "is_staff", False) and user.is_superuser)
