"""The test provider's own page, where a person plays the shopper and the provider at once."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from patronage.commerce import payments, testpay
from patronage.commerce.models import Payment
from patronage.commerce.testpay import Choice
from patronage.web.shared.access import member_required
from patronage.web.shared.requests import MemberRequest

CHOICES = (
    (Choice.SUCCEED, _("Pay"), _("The mall is told at once.")),
    (Choice.FAIL, _("Let it fail"), _("Nothing is taken, and the mall is told so.")),
    (Choice.SUCCEED_LATE, _("Pay, and tell late"), _("The mall is told ten minutes later.")),
    (Choice.SUCCEED_TWICE, _("Pay, and tell twice"), _("The mall must count it once.")),
    (Choice.SUCCEED_SILENTLY, _("Pay, and never tell"), _("The mall must ask by itself.")),
)


@require_http_methods(["GET", "HEAD", "POST"])
def testpay_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask what the provider shall do, and do it. Whoever knows the reference may."""
    charge = testpay.charge_of(reference) if settings.DEMO else None
    if charge is None:
        raise Http404
    if request.method == "POST":
        if (choice := request.POST.get("choice")) in set(Choice):
            payer = request.POST.get("payer", "").strip()[:64]
            testpay.choose(reference=reference, choice=Choice(choice), payer=payer)
            payments.deliver_test_messages()
        return redirect("pay_return", reference)
    return render(request, "mall/testpay.html", {"charge": charge, "choices": CHOICES})


@require_safe
@member_required
def back(request: MemberRequest, reference: str) -> HttpResponse:
    """Bring the shopper back from the provider to what became of it."""
    mine = Payment.objects.filter(checkout__person=request.user)
    payment = get_object_or_404(mine.select_related("checkout"), reference=reference)
    return redirect("pay_result", payment.checkout.number)
