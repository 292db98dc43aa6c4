"""The portal's server entry with a clock that is moved while it runs: by as many seconds as the file `CLOCK_FILE` says."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

clock = time_machine.travel(datetime.now(UTC), tick=True).start()
time.time()  # the clock stands until it is asked for the first time


def follow() -> None:
    moved, file, wait = 0.0, Path(os.environ["CLOCK_FILE"]), threading.Event()
    while not wait.wait(0.1):
        said = float(file.read_text() or moved)
        if said != moved:
            clock.shift(timedelta(seconds=said - moved))
            moved = said


threading.Thread(target=follow, daemon=True).start()

from portal.wsgi import application  # noqa: E402, F401 (the server's; only once the clock moves)
