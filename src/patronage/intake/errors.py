"""What stops an export, or its key, from being read at all."""

from collections.abc import Sequence
from enum import StrEnum


class ErrorCode(StrEnum):
    """Why a file cannot be read; what `ExportError.detail` says is given with each."""

    EMPTY = "empty"  # nothing
    NO_ROWS = "no_rows"  # nothing; `columns` are the header's
    NOT_TEXT = "not_text"  # nothing
    SPREADSHEET = "spreadsheet"  # nothing: a workbook or an archive, to be saved as CSV first
    BAD_ENCODING = "bad_encoding"  # the encoding asked for: unknown, or not the file's
    BAD_HEADER = "bad_header"  # nothing: the first line is not a line of column names
    MISSING_COLUMN = "missing_column"  # the fields no column was found for
    UNKNOWN_COLUMN = "unknown_column"  # the columns asked for that are not there
    BAD_KEY = "bad_key"  # the file and what is wrong with it


_SENTENCES = {
    ErrorCode.EMPTY: "the file is empty",
    ErrorCode.NO_ROWS: "the file has a header and no rows",
    ErrorCode.NOT_TEXT: "the file is no text in UTF-8, GB18030 or UTF-16",
    ErrorCode.SPREADSHEET: "the file is a spreadsheet or an archive; save it as CSV first",
    ErrorCode.BAD_ENCODING: "the file cannot be read in the encoding {}",
    ErrorCode.BAD_HEADER: "the first line is not a line of column names",
    ErrorCode.MISSING_COLUMN: "no column was found for: {}",
    ErrorCode.UNKNOWN_COLUMN: "there is no column: {}",
    ErrorCode.BAD_KEY: "no usable key: {}",
}


class ExportError(ValueError):
    """An export that cannot be read; as a text, one English sentence.

    `code` and `detail` say the same to whoever words it otherwise; `columns` are the names that
    the file has, where that helps.
    """

    def __init__(self, code: ErrorCode, detail: str = "", columns: Sequence[str] = ()) -> None:
        self.code = code
        self.detail = detail
        self.columns = tuple(columns)
        sentence = _SENTENCES[code].format(detail)
        if columns:
            sentence += f"; the columns are: {', '.join(columns)}"
        super().__init__(sentence)
