"""The merchants' back office: each member of a merchant's staff sees what is that merchant's."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from patronage.web.shared.office.site import Office, own


class MerchantOffice(Office):
    """For the staff of merchants."""

    site_header = site_title = index_title = _("Merchant's office")
    settings_name = "UNFOLD_MERCHANT"

    def has_permission(self, request: HttpRequest) -> bool:
        """Let those in who act for a merchant."""
        is_staff = request.user.is_active and getattr(request.user, "is_staff", False)
        return bool(is_staff and own(request))


site = MerchantOffice(name="merchant")
