"""A program's messages as JSON, one object a line, for whoever gathers them."""

import json
import logging
from datetime import UTC, datetime


class JsonLines(logging.Formatter):
    """Writes when, how bad, who says it, what, and the traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)
