"""Records of every kind, as few fields as possible."""

from __future__ import annotations

from partnerships.models import KINDS, Exercise, Kind, Partner
from tests.world import save

REQUIRED = {
    "framework": {"type": "forum"},
    "exercise": {"form": "cyber", "domain": "cyber", "relationship": "nato_led"},
    "edition": {"series": lambda: Exercise.objects.first()},
    "institution": {"type": "other"},
    "challenge": {"category": "political"},
    "assessment": {"type": "influence"},
    "casestudy": {"partner": lambda: Partner.objects.first()},
    "milestone": {"date": "1999"},
    "claim": {"statement": "So it is said.", "verdict": "unverifiable"},
    "image": {"credit": "NATO", "licence": "CC BY 4.0", "decorative": True},
}


def required(kind: str) -> dict:
    """The fields without which a record of the kind can't be."""
    return {name: value() if callable(value) else value for name, value in REQUIRED.get(kind, {}).items()}


def make(kind: str, number: int = 1) -> Kind:
    """A saved record of a kind."""
    return save(KINDS[kind](slug=f"{kind}-{number}", title=f"A {kind} of the test, number {number}", **required(kind)))
