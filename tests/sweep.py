"""How much of what could be tried the default suite tries: a sample. `make test-slow` tries all (SWEEP=full)."""

from __future__ import annotations

import os
from collections.abc import Sequence

FULL = os.environ.get("SWEEP") == "full"


def examples(in_all: int, by_default: int) -> int:
    """How many examples a property is tried with."""
    return in_all if FULL else by_default


def some[T](things: Sequence[T], every: int, first: int = 0) -> Sequence[T]:
    """All things in the sweep, every n-th by default, beginning with the one numbered `first`."""
    return things if FULL else things[first::every]
