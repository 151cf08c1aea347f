"""Signals are what two have in common, however it is written, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from patronage.commerce.signals import Found, Marks, Signal, judged, plain, shared

SAME = (Signal.PERSON, Signal.PHONE, Signal.ADDRESS, Signal.ACCOUNT, Signal.DEVICE)
WORDS = st.sampled_from("abcdef")
MARKS = st.fixed_dictionaries(
    {signal: st.dictionaries(WORDS, WORDS, max_size=3) for signal in SAME}
)
PLACES = st.text("浙江省杭州市西湖区文三路1号ABCabc", min_size=1)
BETWEEN = st.text(" 　,，.-_#()（）", max_size=2)


@given(one=MARKS, other=MARKS)
def test_a_signal_is_what_both_have(one: Marks, other: Marks) -> None:
    """A kind is a signal if and only if something of it is on both sides, whichever is asked."""
    found = shared(one, other)
    expected = [signal for signal in SAME if set(one[signal]) & set(other[signal])]
    assert [one.signal for one in found] == expected
    assert [one.signal for one in shared(other, one)] == expected


@given(one=MARKS, other=MARKS)
def test_what_is_shown_is_masked(one: Marks, other: Marks) -> None:
    """Of what matched only the masked form of what the rewarded has is told."""
    for signal, matched in shared(one, other):
        assert matched in {other[signal][key] for key in one[signal].keys() & other[signal].keys()}


@given(buyer=MARKS, rewarded=MARKS, merchants=st.lists(MARKS, max_size=3))
def test_more_marks_never_make_fewer_signals(
    buyer: Marks, rewarded: Marks, merchants: list[Marks]
) -> None:
    """The buyer against themselves shows all that is known of them; the merchant is one signal."""
    found = judged(buyer, rewarded, merchants)
    assert {one.signal for one in shared(buyer, rewarded)} <= {one.signal for one in found}
    is_merchants = any(shared(buyer, marks) for marks in merchants)
    assert [one.signal for one in found].count(Signal.MERCHANT) == is_merchants
    itself = judged(buyer, buyer, [])
    assert [one.signal for one in itself] == [signal for signal in SAME if buyer[signal]]
    assert all(isinstance(one, Found) for one in found)


@given(text=PLACES, data=st.data())
def test_an_address_is_the_same_however_it_is_written(text: str, data: st.DataObject) -> None:
    """Width, case, spaces and punctuation are not what an address differs by."""
    written = "".join(
        data.draw(BETWEEN) + data.draw(st.sampled_from([sign, wide(sign), sign.swapcase()]))
        for sign in text
    )
    assert plain(written) == plain(text)


def wide(sign: str) -> str:
    return chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign
