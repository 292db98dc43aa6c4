"""Token buckets that processes share: in a file in memory on one machine, in Redis between machines. No framework here.

A bucket holds up to `room` tokens and regains `rate` of them a second. Whoever asks takes one; an empty bucket says for how
long. Losing the buckets (a full table, an unwritable file, Redis away) means that nobody is held up.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_UN, lockf
from pathlib import Path
from threading import Lock

from .breaker import Breaker

SLOT = struct.Struct("<Qdd")  # whose bucket it is, tokens left, and the moment for which that holds
SLOTS = 32_768
NEAR = 8  # slots that are looked at for one caller


@dataclass(frozen=True)
class Taken:
    """What came of asking for a token: whether it was there, how many are left, and how many seconds to wait.

    Who got one waits for a full bucket, who got none for the next token.
    """

    granted: bool
    left: int
    wait: float


@dataclass(frozen=True)
class Rate:
    """`room` answers at once, and as many again in `seconds`."""

    room: int
    seconds: int

    @property
    def a_second(self) -> float:
        return self.room / self.seconds

    def taken(self, tokens: float) -> tuple[Taken, float]:
        """One token from so many: what came of it, and the tokens afterwards."""
        if tokens >= 1:
            return Taken(True, int(tokens - 1), (self.room - tokens + 1) / self.a_second), tokens - 1
        return Taken(False, 0, (1 - tokens) / self.a_second), tokens

    def refilled(self, tokens: float, seconds: float) -> float:
        return min(float(self.room), tokens + max(seconds, 0.0) * self.a_second)


class SharedBuckets:
    """Buckets of one machine, in a file that all its processes have in their memory. Old buckets give way when full."""

    def __init__(self, path: Path, rate: Rate, clock: Callable[[], float] = time.time):
        self.rate, self.clock, self.guard = rate, clock, Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        size = SLOT.size * SLOTS
        if os.fstat(self.descriptor).st_size != size:
            os.ftruncate(self.descriptor, 0)
            os.posix_fallocate(self.descriptor, 0, size)  # or a full disk would end the process at a write to memory
        self.memory = mmap.mmap(self.descriptor, size)

    def take(self, caller: str) -> Taken | None:
        """A token of a caller's bucket; None when all buckets near its place are in use by others."""
        name = int.from_bytes(hashlib.blake2b(caller.encode(), digest_size=8).digest(), "little") or 1
        first = name % (SLOTS - NEAR)
        with self.locked(first):
            now, free = self.clock(), None
            for place in range(first, first + NEAR):
                owner, tokens, since = SLOT.unpack_from(self.memory, place * SLOT.size)
                tokens = self.rate.refilled(tokens, now - since)
                if owner == name:
                    return self.put(place, name, tokens, now)
                if free is None and (owner == 0 or tokens >= self.rate.room):
                    free = place
            return None if free is None else self.put(free, name, float(self.rate.room), now)

    def put(self, place: int, name: int, tokens: float, now: float) -> Taken:
        taken, left = self.rate.taken(tokens)
        SLOT.pack_into(self.memory, place * SLOT.size, name, left, now)
        return taken

    @contextmanager
    def locked(self, first: int):
        """The slots near a place, for this thread alone: a lock in this process, and one between processes."""
        with self.guard:
            lockf(self.descriptor, LOCK_EX, SLOT.size * NEAR, SLOT.size * first)
            try:
                yield
            finally:
                lockf(self.descriptor, LOCK_UN, SLOT.size * NEAR, SLOT.size * first)


IN_REDIS = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'since')
local room, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
local tokens = math.min(room, (tonumber(kept[1]) or room) + math.max(0, now - (tonumber(kept[2]) or now)) * rate)
local before = tokens
if tokens >= 1 then tokens = tokens - 1 end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'since', tostring(now))
redis.call('PEXPIRE', KEYS[1], math.ceil(1000 * room / rate))
return tostring(before)
"""


class RedisBuckets:
    """Buckets of several machines. Redis has 0.2 seconds to answer; after a failure it is left alone for a while."""

    PATIENCE = 0.2

    def __init__(self, url: str, rate: Rate, clock: Callable[[], float] = time.monotonic):
        import redis

        self.rate, self.breaker = rate, Breaker("Redis", clock=clock)
        self.errors = redis.RedisError
        self.script = redis.Redis.from_url(
            url, socket_timeout=self.PATIENCE, socket_connect_timeout=self.PATIENCE
        ).register_script(IN_REDIS)

    def take(self, caller: str) -> Taken | None:
        """A token of a caller's bucket; None while Redis is away."""
        if self.breaker.open:
            return None
        try:
            before = self.script(keys=[f"portal:made:{caller}"], args=[self.rate.room, self.rate.a_second])
        except (self.errors, OSError) as error:
            self.breaker.failed(error)
            return None
        return self.rate.taken(float(before))[0]
