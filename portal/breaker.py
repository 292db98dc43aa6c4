"""A service that is away is left alone for a while: its absence costs one wait, not one for each who asks."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

logger = logging.getLogger("portal.services")


class Breaker:
    """Whether a service may be asked. After a failure it may not for `rest` seconds; then the next caller tries it."""

    def __init__(self, service: str, rest: float = 5.0, clock: Callable[[], float] = time.monotonic):
        self.service, self.rest, self.clock, self.until = service, rest, clock, 0.0

    @property
    def open(self) -> bool:
        """Whether the service is being left alone."""
        return self.clock() < self.until

    def failed(self, error: BaseException) -> None:
        """Leave the service alone from now on, and write down why."""
        if not self.open:
            logger.warning("%s is away and left alone for %d seconds: %s", self.service, self.rest, error)
        self.until = self.clock() + self.rest
