"""How fast answers are that have to be made: the portal without its store, and stock Django and DRF over the same content.

In process, CPU time, medians, the two in turns; read the ratios, for computers differ. The portal's data lies in var/bench.

    make bench-cold TURNS=21
    make bench-cold TURNS=7     a glance
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Target(NamedTuple):
    """What is asked of the portal and of the baseline, and the goal in milliseconds."""

    name: str
    portal: str
    baseline: str
    goal: float


TARGETS = [
    Target("partner page", "/partners/malta/", "/partners/malta/", 5),
    Target("the largest partner page", "/partners/ukraine/", "/partners/ukraine/", 5),
    Target("framework as of a day", "/frameworks/pfp/?as_of=2014-03-01", "/frameworks/pfp/?as_of=2014-03-01", 8),
    Target("API list of 25", "/api/v1/partners/?page_size=25", "/api/partners/?page_size=25", 5),
    Target("search", "/search/?q=training", "/search/?q=training", 10),
]
TIMES = 3.0
"""The other goal: so many times as fast as the baseline."""


def measured(turns: int) -> dict[str, dict[str, list[float]]]:
    """Milliseconds of CPU for each target and side."""
    from django.test import Client, override_settings

    from bench import baseline

    found: dict[str, dict[str, list[float]]] = {one.name: {"portal": [], "baseline": []} for one in TARGETS}
    sides: dict[str, dict] = {
        "portal": {},
        "baseline": {"ROOT_URLCONF": "bench.baseline", "MIDDLEWARE": baseline.MIDDLEWARE},
    }
    for turn in range(turns + 1):  # the first is for warming up
        for side, settings in sides.items():
            with override_settings(**settings):
                reader = Client(headers={"host": "localhost:8000"})
                for target in TARGETS:
                    address = getattr(target, side)
                    assert reader.get(address).status_code == 200, (side, target.name)
                    began = time.process_time()
                    reader.get(address)
                    if turn:
                        found[target.name][side].append((time.process_time() - began) * 1000)
    return found


def table(found: dict) -> Iterator[str]:
    yield "| answer | portal, ms (from the fastest to the slowest) | goal | stock Django and DRF, ms | times as fast | goal |"
    yield "|---|---:|---:|---:|---:|---:|"
    for target in TARGETS:
        ours, theirs = found[target.name]["portal"], found[target.name]["baseline"]
        mine, stock = statistics.median(ours), statistics.median(theirs)
        yield (
            f"| {target.name} | {mine:.1f} ({min(ours):.1f}–{max(ours):.1f}) | {target.goal:g} | {stock:.1f} "
            f"| {stock / mine:.1f} | {TIMES:g} |"
        )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--turns", type=int, default=21)
    asked.add_argument("--real", type=Path, default=Path(__file__).resolve().parent.parent / "var" / "bench")
    given = asked.parse_args()
    os.environ |= {"VAR_DIR": str(given.real), "MADE_ANSWERS": "0", "SITE_ORIGIN": "http://localhost:8000"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("load_content", if_empty=True)
    print("\n".join(table(measured(given.turns))))


if __name__ == "__main__":
    main()
