"""A cache in Redis that nobody notices when it is away: another cache stands in for it.

Everything that the desk keeps in Django's cache guards signing in (attempts, codes that were used), so the database's
stands in, and the limits go on. What is in Redis is JSON: whoever can write there must not be able to run anything here.
"""

from __future__ import annotations

import json

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from redis import RedisError

from .breaker import Breaker
from .buckets import RedisBuckets


class Json:
    """Values as JSON: numbers, texts, lists of them. What can't be read back is not ours."""

    def dumps(self, value: object) -> str:
        return json.dumps(value)

    def loads(self, text: bytes) -> object:
        try:
            return json.loads(text)
        except ValueError:
            raise RedisError("a value that isn't the portal's") from None


class SharedCache(RedisCache):
    """Redis, for as long as it answers; after a failure the cache that the option `FALLBACK` names, for a while."""

    breakers: dict[str, Breaker] = {}
    """By address: Django makes a cache for each thread, and one thread's failure is known to all."""

    def __init__(self, server, params):
        options = dict(params.get("OPTIONS", {}))
        self.fallback = options.pop("FALLBACK")
        patience = {"socket_timeout": RedisBuckets.PATIENCE, "socket_connect_timeout": RedisBuckets.PATIENCE}
        super().__init__(server, params | {"OPTIONS": {"serializer": Json(), **patience, **options}})
        self.breaker = self.breakers.setdefault(str(server), Breaker("Redis"))


def _asking(name: str):
    """A method that asks Redis, or the cache that stands in for it."""
    ask = getattr(RedisCache, name)

    def method(self, *args, **kwargs):
        if not self.breaker.open:
            try:
                return ask(self, *args, **kwargs)
            except (RedisError, OSError) as error:
                self.breaker.failed(error)
        return getattr(caches[self.fallback], name)(*args, **kwargs)

    method.__name__ = name
    return method


for _name in (
    "get",
    "set",
    "add",
    "touch",
    "delete",
    "has_key",
    "incr",
    "clear",
    "get_many",
    "set_many",
    "delete_many",
):
    setattr(SharedCache, _name, _asking(_name))
