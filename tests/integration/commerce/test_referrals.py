"""What came of an invitation is what was granted; for what is on the way, the rule itself."""

from patronage.commerce import referrals
from tests.integration.commerce.play import REDWINE, Mall


def test_what_came_of_it(mall: Mall) -> None:
    mall.submit(type="charter.amended", charter={**REDWINE, "referral": {"rate": "0.1"}})
    li = mall.person()
    han, mei, wang = (mall.person(referrer=li) for _ in range(3))
    sku = mall.sku(100_00)
    assert referrals.brought_by(mall.person()) == []
    mall.buy(han, (sku, 1))
    (order,) = mall.place(mei, (sku, 2))
    mall.place(mei, (sku, 1))  # not paid: nothing comes of it yet
    mall.pay([order])
    told = {one.id: one for one in referrals.brought_by(li)}
    assert list(told) == [wang.id, mei.id, han.id]
    granted = mall.held(li.account).points
    assert granted > 0
    assert told[han.id][3:] == (1, granted, 0, 0)
    assert told[mei.id][3:6] == (0, 0, 1)
    assert told[wang.id][3:] == (0, 0, 0, 0)
    assert {one.masked_phone for one in told.values()} == {
        person.masked_phone for person in (han, mei, wang)
    }
    assert referrals.sums_of(li) == (3, granted)
    mall.receive(order)
    mall.complete(order)
    later = mall.held(li.account).points
    assert told[mei.id].pending_nano == later - granted  # the price had not moved
    assert referrals.sums_of(li) == (3, later)
    assert referrals.sums_of(han) == (0, 0)


def test_in_pages(mall: Mall) -> None:
    li = mall.person()
    ids = [mall.person(referrer=li).id for _ in range(5)]
    whole = referrals.brought_by(li)
    assert [one.id for one in whole] == ids[::-1]
    first = referrals.brought_by(li, limit=2)
    rest = referrals.brought_by(li, before=first[-1].id)
    assert first + rest == whole
