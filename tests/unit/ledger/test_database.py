"""What a DATABASE_URL says."""

import pytest

from patronage.ledger import DatabaseUrlError
from patronage.ledger.database import database


def test_a_primary_and_its_standby():
    told = database(
        "postgresql://u:p%40@/n?host=a,b&port=5432,5433&target_session_attrs=read-write"
    )
    assert (told["HOST"], told["PORT"]) == ("a,b", "5432,5433")
    assert (told["USER"], told["PASSWORD"], told["NAME"]) == ("u", "p@", "n")
    assert told["OPTIONS"] == {"target_session_attrs": "read-write"}


@pytest.mark.parametrize("url", ["postgresql://u@h:5433/n", "postgres://u@/n?host=h&port=5433"])
def test_one_server(url):
    told = database(url)
    assert (told["HOST"], told["PORT"], told["USER"]) == ("h", "5433", "u")
    assert told["OPTIONS"] == {}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://u@h/n", "must begin with sqlite:// or postgresql://"),
        ("postgresql://u@a:5432,b:5432/n", "it is no URL"),
    ],
)
def test_what_cannot_be_read_is_told(url, said):
    with pytest.raises(DatabaseUrlError, match=said):
        database(url)
