"""Places in a statement as addresses have them: 12.0 is the first movement of record 12."""

Place = tuple[int, int]


def place_of(text: str | None) -> Place | None:
    """Return a place in a statement as an address has it (`12.0`), None for what is none."""
    seq, point, position = (text or "").partition(".")
    parts = (seq, position)
    if not point or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    return (int(seq), int(position)) if max(map(len, parts)) < 10 else None


def text_of(place: Place) -> str:
    """Return a place as an address has it."""
    return "{}.{}".format(*place)
