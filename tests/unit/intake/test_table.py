"""Any bytes are a table or one clear error; a broken row costs no other."""

import pytest

from patronage.intake import ErrorCode, ExportError, Reason, read_table
from patronage.intake.table import clean


def code_of(source: bytes, encoding: str | None = None) -> ErrorCode:
    with pytest.raises(ExportError) as caught:
        read_table(source, encoding)
    assert str(caught.value)
    return caught.value.code


@pytest.mark.parametrize(
    ("source", "encoding"),
    [
        ("订单,金额\n1,2\n".encode(), "utf-8"),
        ("订单,金额\n1,2\n".encode("utf-8-sig"), "utf-8-sig"),
        ("订单,金额\n1,2\n".encode("gb18030"), "gb18030"),
        ("订单,金额\n1,2\n".encode("utf-16"), "utf-16"),
        ("\ufeff订单,金额\n1,2\n".encode("utf-16-be"), "utf-16"),
    ],
)
def test_encodings_are_found_out(source: bytes, encoding: str) -> None:
    table = read_table(source)
    assert (table.encoding, table.header) == (encoding, ["订单", "金额"])
    assert table.rows == [(2, ["1", "2"])]


def test_an_encoding_can_be_named() -> None:
    assert read_table("größe,b\n1,2\n".encode("latin-1"), "latin-1").header == ["größe", "b"]
    assert read_table("\ufeffa,b\n1,2\n".encode(), "utf-8").header == ["a", "b"]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"", ErrorCode.EMPTY),
        (b"\xef\xbb\xbf", ErrorCode.EMPTY),
        (b"\n \r\n\t\n", ErrorCode.EMPTY),
        (b"a,b\n", ErrorCode.NO_ROWS),
        (b"a,b\n\n,\n \n", ErrorCode.NO_ROWS),
        (b"a,b\0\n1,2\n", ErrorCode.NOT_TEXT),
        (b"\xff\x81\n", ErrorCode.NOT_TEXT),
        (b"\xff\xfea", ErrorCode.NOT_TEXT),
        (b"PK\x03\x04\x14\x00", ErrorCode.SPREADSHEET),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", ErrorCode.SPREADSHEET),
        (b'"a,b\n1,2\n', ErrorCode.BAD_HEADER),
        (b",,\n1,2,3\n", ErrorCode.BAD_HEADER),
        (b"--,..\n1,2\n", ErrorCode.BAD_HEADER),
        (b"a" * 200_000 + b",b\n1,2\n", ErrorCode.BAD_HEADER),
    ],
)
def test_what_is_no_table(source: bytes, code: ErrorCode) -> None:
    assert code_of(source) is code


@pytest.mark.parametrize("encoding", ["no-such", "a\0b", "", "hex", "ascii", "rot13"])
def test_an_encoding_that_does_not_fit(encoding: str) -> None:
    assert code_of("größe,b\n1,2\n".encode(), encoding) is ErrorCode.BAD_ENCODING


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters(delimiter: str) -> None:
    table = read_table(delimiter.join("abc").encode() + b"\n" + delimiter.join("123").encode())
    assert (table.delimiter, table.rows) == (delimiter, [(2, ["1", "2", "3"])])


def test_line_ends_of_all_systems_and_lines_of_the_file() -> None:
    for end in ("\n", "\r\n", "\r"):
        text = end.join(["", "a,b", "1,2", "", '3,"x', 'y"', "5,6", ""])
        assert [line for line, _ in read_table(text.encode()).rows] == [3, 5, 7]


def test_empty_cells_after_the_header_are_no_cells() -> None:
    table = read_table(b"a,b,,\n1,2\n3,4,,,\n5,,\n")
    assert table.header == ["a", "b"]
    assert table.rows == [(2, ["1", "2"]), (3, ["3", "4"]), (4, ["5", ""])]


def test_rows_of_the_wrong_width_are_reported_with_what_they_say() -> None:
    table = read_table(b"a,b\n1\n1,2,3\n4,5\n")
    assert [(row.line, row.reason, row.text) for row in table.unusable] == [
        (2, Reason.WRONG_NUMBER_OF_FIELDS, "1"),
        (3, Reason.WRONG_NUMBER_OF_FIELDS, "1,2,3"),
    ]
    assert table.rows == [(4, ["4", "5"])]


def test_a_stray_quotation_mark_swallows_no_rows() -> None:
    table = read_table(b'a,b\n1,"2\n3,4\n"5" disc,6\n"7,8\n9,10\n')
    assert [(line, [cell.strip() for cell in cells]) for line, cells in table.rows] == [
        (2, ["1", "2"]),
        (3, ["3", "4"]),
        (4, ["5 disc", "6"]),
        (6, ["9", "10"]),
    ]
    assert [row.line for row in table.unusable] == [5]


def test_a_cell_that_is_too_long_costs_its_own_row() -> None:
    table = read_table(b"a,b\n1,2\n" + b"x" * 200_000 + b",3\n4,5\n")
    assert [line for line, _ in table.rows] == [2, 4]
    (row,) = table.unusable
    assert (row.line, row.reason, len(row.text)) == (3, Reason.TEXT_TOO_LONG, 201)


def test_lines_that_chain_quotations_are_not_read_over_and_over() -> None:
    # Each line ends within quotation marks, wherever reading begins.
    table = read_table(b"a,b\n" + b'a","\n' * 3000)
    assert len(table.rows) + len(table.unusable) == 3000


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (" a ", "a"), ("\u3000a\xa0", "a"), ('="007"', "007"), ("'007", "007"), ("`007", "007"),
        ("=1+2", "=1+2"), ("", ""), ("a'b", "a'b"), ('=""', ""),
    ],
)  # fmt: skip
def test_cells_are_cleaned(cell: str, text: str) -> None:
    assert clean(cell) == text
