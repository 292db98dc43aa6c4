"""Which SQLite is used, and how: decided once, before Django imports its driver.

SQLite 3.7.0 to 3.51.2 can lose commits or corrupt a database in WAL mode with several connections (the WAL-reset bug,
sqlite.org/wal.html#walresetbug; fixed in 3.51.3, 3.50.7 and 3.44.6). So WAL is used only with a fixed one, which the
`pysqlite3` package brings where the system's is older; otherwise the rollback journal is. `synchronous` is FULL either
way: NORMAL loses acknowledged commits when the power fails.
"""

import sqlite3
import sys

_BACKPORTS = {(3, 50): (3, 50, 7), (3, 44): (3, 44, 6)}


def is_fixed(version: tuple[int, ...]) -> bool:
    """Whether this SQLite can be trusted in WAL mode."""
    backport = _BACKPORTS.get((version[0], version[1]))
    return version >= (3, 51, 3) or (backport is not None and version >= backport)


def choose_driver() -> str:
    """Put a fixed SQLite in the place of an affected one, where there is one; returns the driver's name."""
    if is_fixed(sqlite3.sqlite_version_info):
        return driver().__name__
    try:
        import pysqlite3
    except ImportError:
        return driver().__name__
    if is_fixed(pysqlite3.sqlite_version_info):
        _complete(pysqlite3)
        sys.modules["sqlite3"] = pysqlite3
    return driver().__name__


def _complete(module) -> None:
    """Give `pysqlite3` what Django asks of a connection and it lacks: how many parameters and columns a query may have.

    SQLite's own defaults stand for them; the package is built with larger ones. Columns are asked for by query logs only.
    """
    limits = {9: 32766, 2: 2000}

    class Connection(module.Connection):
        def getlimit(self, category: int) -> int:
            return limits[category]

    module.SQLITE_LIMIT_VARIABLE_NUMBER, module.SQLITE_LIMIT_COLUMN = 9, 2
    module.PortalConnection = Connection


def driver():
    """The module in use."""
    return sys.modules["sqlite3"]


def journal_mode() -> str:
    return "WAL" if is_fixed(driver().sqlite_version_info) else "TRUNCATE"


def options(*, read_only: bool = False) -> dict:
    """Connection options for Django's SQLite backend.

    IMMEDIATE: a transaction that will write takes its place in the queue when it begins, instead of failing half-way.
    A read-only connection never begins a writing transaction and refuses every write.
    """
    common = {"timeout": 20}
    if factory := getattr(driver(), "PortalConnection", None):
        common["factory"] = factory
    if read_only:
        return common | {"init_command": "PRAGMA query_only=ON;"}
    return common | {
        "transaction_mode": "IMMEDIATE",
        "init_command": f"PRAGMA journal_mode={journal_mode()}; PRAGMA synchronous=FULL;",
    }


def in_force() -> str:
    """One sentence for the start of the server."""
    return f"SQLite {driver().sqlite_version} ({driver().__name__}), journal {journal_mode()}, synchronous FULL"
