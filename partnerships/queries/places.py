"""Where countries lie: on the drawn map, and on the globe.

`places.json` is made by `bin/make-map` from Natural Earth (public domain): for each country the box of its largest piece, in
units of the drawing. The drawing is an Equal Earth projection turned to 11° E, so a place on it can be turned back.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import NamedTuple

MIDDLE, SCALE, LEFT, TOP = 11.0, 738.0, 2000, 970  # as in bin/make-map
A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796


class Box(NamedTuple):
    """Where a country lies on the drawing: the box of its largest piece."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


@cache
def places() -> dict[str, Box]:
    """Every country of the map by its code of two letters."""
    found = json.loads((Path(__file__).parent / "places.json").read_text())
    return {code: Box(*box) for code, box in found.items()}


@cache
def point(code: str) -> tuple[float, float] | None:
    """Longitude and latitude in the middle of a country's largest piece, good to a tenth of a degree; None where unknown."""
    box = places().get(code)
    if box is None:
        return None
    longitude, latitude = on_globe(*box.centre)
    return round(longitude, 1), round(latitude, 1)


def on_globe(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a point of the drawing (Equal Earth: Šavrič, Patterson, Jenny 2018, by Newton's way)."""
    right, up = (x - LEFT) / SCALE, (TOP - y) / SCALE
    t = up
    for _ in range(12):
        height = t * (A1 + A2 * t**2 + t**6 * (A3 + A4 * t**2)) - up
        slope = A1 + 3 * A2 * t**2 + t**6 * (7 * A3 + 9 * A4 * t**2)
        t -= height / slope
    slope = A1 + 3 * A2 * t**2 + t**6 * (7 * A3 + 9 * A4 * t**2)
    longitude = math.degrees(right * math.sqrt(3) / 2 * slope / math.cos(t)) + MIDDLE
    latitude = math.degrees(math.asin(max(-1.0, min(1.0, 2 / math.sqrt(3) * math.sin(t)))))
    return (longitude + 180) % 360 - 180, latitude
