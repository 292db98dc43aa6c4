"""The portal's server entry with its clock set forward or back, for the test of a midnight: `CLOCK_SHIFT` in seconds."""

import os
import time
from datetime import UTC, datetime, timedelta

import time_machine

time_machine.travel(datetime.now(UTC) + timedelta(seconds=float(os.environ["CLOCK_SHIFT"])), tick=True).start()
time.time()  # the clock stands until it is asked for the first time

from portal.wsgi import application  # noqa: E402, F401
