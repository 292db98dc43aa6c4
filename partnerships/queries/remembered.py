"""What follows from the edition alone is worked out once for it, not once for each answer.

An edition is named by its database and by the chain hash of its head, which covers everything that was ever published: a
preview, a past edition and a later one have other names, so nothing has to be forgotten at any time. It is read within the
request, whose reading is of one edition.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from partnerships.publishing.reading import edition

MOST = 2000
"""Answers kept in a process: the counts of lists, mostly."""
_kept: OrderedDict[Hashable, object] = OrderedDict()
_lock = threading.Lock()


def once[Answer](question: Hashable, work_out: Callable[[], Answer]) -> Answer:
    """The answer to a question about the edition in force. Whoever is given it must not change it. One short query.

    `question` says everything that the answer depends on besides the edition. Before anything is published nothing is kept.
    """
    chain = edition()
    if not chain:
        return work_out()
    key = (chain, question)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]  # type: ignore[return-value]
    answer = work_out()
    with _lock:
        _kept[key] = answer
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return answer
