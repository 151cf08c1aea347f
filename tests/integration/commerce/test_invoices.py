"""A member asks for the invoice of an order; who sold it issues or declines it."""

import pytest

from patronage.commerce import invoices, orders, returns
from patronage.commerce.invoices import InvoiceRefusal
from patronage.commerce.models import Invoice, InvoiceKind, Order
from patronage.members.models import Notice
from patronage.members.sentences import sentence
from tests.integration.commerce.play import Mall, unpaid

COMPANY = {"kind": InvoiceKind.COMPANY, "title": "某某公司", "tax_number": "9133 0000 0000 0000 1x"}


def ask(order: Order, **told: object) -> Invoice | InvoiceRefusal:
    return invoices.ask(person=order.person, number=order.number, **{**COMPANY, **told})


def paid(mall: Mall) -> Order:
    order = unpaid(mall)
    mall.pay([order])
    return order


def asked(mall: Mall) -> Invoice:
    invoice = ask(paid(mall))
    assert isinstance(invoice, Invoice), invoice
    return invoice


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        ({"title": " "}, InvoiceRefusal.TITLE_NEEDED),
        ({"tax_number": "123"}, InvoiceRefusal.BAD_TAX_NUMBER),
        ({"number": "nobody's"}, InvoiceRefusal.UNKNOWN),
    ],
)
def test_what_is_not_asked_for(mall: Mall, told: dict, refusal: InvoiceRefusal) -> None:
    order = paid(mall)
    asked = {"person": order.person, "number": order.number, **COMPANY, **told}
    assert invoices.ask(**asked) is refusal
    assert Invoice.objects.count() == 0


def test_only_what_is_paid_and_kept_has_an_invoice(mall: Mall) -> None:
    order = unpaid(mall)
    assert ask(order) is InvoiceRefusal.NOT_PAID
    mall.pay([order])
    invoice = ask(order, kind=InvoiceKind.PERSON, title="李雷")
    assert isinstance(invoice, Invoice)
    assert invoice.tax_number == ""
    assert ask(order) is InvoiceRefusal.ASKED
    orders.cancel_order(person=order.person, number=order.number)
    assert invoices.paid_minor(order) == 0
    told = {"invoice_id": invoice.id, "who": mall.person(), "number": "1"}
    assert invoices.issue(merchant=None, **told, amount_minor=1) is InvoiceRefusal.BAD_AMOUNT


def test_it_is_issued_once_over_no_more_than_was_paid(mall: Mall) -> None:
    invoice, who = asked(mall), mall.person()
    assert invoice.tax_number == "91330000000000001X"
    told = {"merchant": None, "invoice_id": invoice.id, "who": who, "number": "24332000000001"}
    stranger = {**told, "merchant": mall.merchant()}
    assert invoices.issue(**stranger, amount_minor=1) is InvoiceRefusal.UNKNOWN
    assert invoices.issue(**told, amount_minor=100_01) is InvoiceRefusal.BAD_AMOUNT
    assert invoices.issue(**told, amount_minor=0) is InvoiceRefusal.BAD_AMOUNT
    nameless = {**told, "number": " "}
    assert invoices.issue(**nameless, amount_minor=1) is InvoiceRefusal.NUMBER_NEEDED
    done = invoices.issue(**{**told, "merchant": mall.house}, amount_minor=100_00)
    assert isinstance(done, Invoice), done
    assert invoices.issue(**told, amount_minor=1) is InvoiceRefusal.ANSWERED
    assert ask(invoice.order) is InvoiceRefusal.ASKED
    notice = Notice.objects.get(kind="invoice")
    assert notice.person_id == invoice.order.person_id
    assert "已开具" in sentence(notice.kind, notice.facts)


def test_a_part_refunded_is_not_invoiced(mall: Mall) -> None:
    sku = mall.sku(100_00)
    (order,) = mall.place(mall.person(), (sku, 2))
    mall.pay([order])
    mall.ship(order)
    line = order.lines.get()
    asked = returns.request_return(
        person=order.person, number=order.number, key="k", quantities={line.id: 1}, reason="坏了"
    )
    returns.answer_return(
        merchant=None, return_id=asked.id, who=mall.person(), approve=True, answer=""
    )
    assert invoices.paid_minor(order) == 100_00


def test_what_was_declined_may_be_asked_for_again(mall: Mall) -> None:
    invoice, who = asked(mall), mall.person()
    told = {"merchant": None, "invoice_id": invoice.id, "who": who}
    assert invoices.decline(**told, reason="") is InvoiceRefusal.REASON_NEEDED
    assert isinstance(invoices.decline(**told, reason="税号有误"), Invoice)
    mall.time.pass_by(minutes=1)
    again = ask(invoice.order, tax_number="91330000000000002Y")
    assert isinstance(again, Invoice)
    assert (again.id, again.state, again.answer) == (invoice.id, "asked", "")
    assert isinstance(invoices.decline(**told, reason="仍然有误"), Invoice)
    assert Notice.objects.filter(kind="invoice").count() == 2


def test_what_was_not_issued_is_forgotten_with_the_member(mall: Mall) -> None:
    kept, gone = asked(mall), asked(mall)
    told = {"merchant": None, "who": mall.person(), "number": "1", "amount_minor": 1}
    invoices.issue(invoice_id=kept.id, **told)
    (exported,) = orders.exported(kept.order.person)
    assert exported["invoice"]["title"] == "某某公司"
    for invoice in (kept, gone):
        orders.forget(invoice.order.person)
    assert list(Invoice.objects.values_list("id", flat=True)) == [kept.id]
