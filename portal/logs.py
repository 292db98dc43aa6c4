"""What the portal writes about its work: a line for each request, slow queries, faults; and nothing about people.

Never written: values of query parameters, bodies, cookies, headers, addresses of clients, names of accounts, parameters of
SQL. Paths of the desk and of links with a token are written as their pattern (`preview/<token>/`), and of an exception its
type and place, because its text may quote what somebody typed.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime

from django.conf import settings


class JsonLines(logging.Formatter):
    """One JSON object a line. `extra={"said": {…}}` adds what a record of the portal says beside its message."""

    def format(self, record: logging.LogRecord) -> str:
        ours = record.name.partition(".")[0] == "portal"
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            # What others would fill in is left out: paths with tokens, rows, typed text.
            "message": self.message(record) if ours else str(record.msg)[:500],
            "role": settings.ROLE,
            **(getattr(record, "said", {}) if ours else {}),
        }
        if record.exc_info and record.exc_info[0]:
            said["exception"] = record.exc_info[0].__qualname__
            said["at"] = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(record.exc_info[2])][-12:]
        return json.dumps(said, ensure_ascii=False)

    def message(self, record: logging.LogRecord) -> str:
        """The message; an exception that it would quote is named by its type."""
        given = record.args if isinstance(record.args, tuple) else ()
        plain = tuple(type(one).__qualname__ if isinstance(one, BaseException) else one for one in given)
        return str(record.msg) % plain if plain else str(record.msg)
