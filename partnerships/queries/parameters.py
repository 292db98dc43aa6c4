"""Query parameters, strictly: one that nobody declared is refused with a hint, so a slip never looks like an answer."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from django.conf import settings
from django.http import QueryDict


class BadParameter(ValueError):
    """A parameter that can't be used. `name` is the parameter, `hint` what was perhaps meant."""

    def __init__(self, name: str, message: str, *, hint: str = "", kind: str = "bad-value"):
        super().__init__(message)
        self.name, self.hint, self.kind = name, hint, kind


def nearest(word: str, words: Iterable[str]) -> str:
    """The one of `words` that was probably meant, or an empty text."""
    return next(iter(get_close_matches(word.lower(), list(words), n=1, cutoff=0.6)), "")


def is_text(value: str) -> bool:
    """Whether databases and answers can hold the text: no NUL, no half of a surrogate pair."""
    return "\x00" not in value and not any("\ud800" <= character <= "\udfff" for character in value)


def read(query: QueryDict, known: Iterable[str]) -> dict[str, str]:
    """The given parameters, each once, none unknown, none too long, no character that no text may hold.

    Raises BadParameter.
    """
    known, given = list(known), {}
    for name, values in query.lists():
        if name not in known:
            hint = nearest(name, known)
            said = f"There is no parameter “{name[:60]}” here." + (f" Did you mean “{hint}”?" if hint else "")
            raise BadParameter(name[:60], said, hint=hint, kind="unknown-parameter")
        if len(values) > 1:
            raise BadParameter(
                name,
                f"“{name}” is given {len(values)} times; give it once, with commas for a list.",
                kind="repeated-parameter",
            )
        value = values[0]
        most = settings.LIMITS["cursor_length" if name == "cursor" else "parameter_length"]
        if len(value) > most:
            raise BadParameter(name, f"“{name}” is longer than {most} characters.", kind="too-long")
        if not is_text(value):
            raise BadParameter(name, f"“{name}” holds a character that no text can hold.")
        given[name] = value
    return given


def check_query(text: str) -> str:
    """The words of a search within their limits, white space folded."""
    limits = settings.LIMITS
    if len(text) > limits["query_length"]:
        raise BadParameter(
            "q", f"A search can have {limits['query_length']} characters; this has {len(text)}.", kind="too-long"
        )
    words = text.split()
    if len(words) > limits["query_words"]:
        raise BadParameter(
            "q", f"A search can have {limits['query_words']} words; this has {len(words)}.", kind="too-long"
        )
    return " ".join(words)
