"""Import: what a file would change, record by record, before anything is written; then all of it, or nothing.

The path is the forms': documents, the lock on versions, a revision for each record, an event of the audit log. What an
import leaves are working copies. It never publishes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import IntegrityError, transaction

from partnerships.models import KINDS, Kind, Notice, Record
from partnerships.publishing.documents import build, canonical
from partnerships.publishing.log import EDITORIAL

from .audit import note_move
from .checks import complaints
from .differences import differences, names_in
from .exchange_entries import CHANGED, NEW, SAME, Found, Line, Reader, Standing
from .exchange_reading import Entry, Fault
from .models import Revision
from .permissions import may
from .saving import Stale, hold, keep_revisions, take_version, write_document

OUTRUN = "Something was saved meanwhile that this import would overwrite. Nothing was imported: choose the file again."


class Refused(Exception):
    """Nothing was imported; the message says why."""


@dataclass
class Plan:
    """All that a file would do, or why it can't."""

    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def signed(self, sign: str) -> list[Line]:
        return [line for line in self.lines if line.sign == sign]

    @property
    def writing(self) -> list[Line]:
        return [line for line in self.lines if line.sign != SAME]


# Planning -----------------------------------------------------------------------------------------------------------


def plan(kind: type[Kind], entries: Sequence[Entry], user, faults: Iterable[Fault] = ()) -> Plan:
    """What importing these entries would do. `faults` are those that reading the file has found already.

    As many queries for 500 records as for one.
    """
    made = Plan(faults=list(faults))
    found = Found(kind, entries)
    seen: set[UUID] = set()
    for entry in entries:
        reader = Reader(kind, entry, found)
        if line := reader.line(seen):
            seen.add(UUID(line.document["id"]))
            made.lines.append(line)
        made.faults += reader.faults
    _examine(made, found.standing, user)
    missing = {fault.column for fault in made.faults if fault.row == 1}
    broken = {(fault.row, fault.column.partition(",")[0]) for fault in made.faults}
    for line, fault in _complained(made):
        name = fault.column.partition(",")[0]
        if (line.row, name) not in broken and not (line.sign == NEW and name in missing):
            made.faults.append(fault)
    made.faults.sort(key=lambda fault: fault.row)
    if not made.faults:
        _say(made, found.standing)
    return made


def _examine(made: Plan, standing: dict[UUID, Standing], user) -> None:
    """What the account may not do, and what somebody else has saved since the file was made."""
    kind = KINDS[made.lines[0].document["kind"]] if made.lines else None
    may_switch = may(user, "switch", Notice)
    outrun = [UUID(line.document["id"]) for line in made.signed(CHANGED) if _version_of(line, standing) != line.version]
    newest = _saved_by(outrun)
    for line in made.writing:
        pk = UUID(line.document["id"])
        if not may(user, "add" if line.sign == NEW else "change", kind):
            made.faults.append(Fault(line.row, "", "Your account may not do this."))
        if pk in outrun:
            made.faults.append(Fault(line.row, "version", _outrun(line, standing[pk].version, newest.get(pk))))
        if kind is Notice and not may_switch:
            active = standing[pk].document["fields"]["active"] if pk in standing else True
            if line.document["fields"]["active"] != active:
                made.faults.append(
                    Fault(
                        line.row, "active", "Switching a notice on or off needs a right that your account doesn't have."
                    )
                )


def _version_of(line: Line, standing: dict[UUID, Standing]) -> int:
    return standing[UUID(line.document["id"])].version


def _saved_by(pks: list[UUID]) -> dict[UUID, Revision]:
    revisions = Revision.objects.filter(record__in=pks).order_by("number") if pks else ()
    return {revision.record: revision for revision in revisions}


def _outrun(line: Line, version: int, newest: Revision | None) -> str:
    if line.version is None:
        return "Say which version of the record the file was made from: an export has it."
    if line.version > version:
        return f"The record's version is {version}; the file says {line.version}. Export it again."
    who = f"{newest.by} saved this record on {newest.at:%-d %B %Y at %H:%M} UTC" if newest else "The record was saved"
    return (
        f"{who}, after this file was made (version {line.version} in the file, {version} now). Export it again and bring "
        "your changes over."
    )


def _complained(made: Plan) -> Iterator[tuple[Line, Fault]]:
    """What the models' rules say of all that would be written."""
    lines = {UUID(line.document["id"]): line for line in made.writing}
    for pk, name, row, sentence in complaints([line.document for line in lines.values()]):
        yield lines[pk], Fault(lines[pk].row, name if row is None else f"{name}, row {row + 1}", sentence)


def _say(made: Plan, standing: dict[UUID, Standing]) -> None:
    before = {line.row: standing.get(UUID(line.document["id"])) for line in made.writing}
    was = {row: one.document for row, one in before.items() if one}
    names = names_in(*was.values(), *(line.document for line in made.writing))
    names |= {line.document["id"]: line.title for line in made.lines}
    for line in made.writing:
        line.differences = differences(was.get(line.row), line.document, names)


# Writing ------------------------------------------------------------------------------------------------------------


def shown(made: Plan) -> list[list]:
    """What a preview showed, to be carried out as it is: version and document of each record that would be written."""
    return [[line.row, line.version, canonical(line.document)] for line in made.writing]


def carry_out(kind: type[Kind], wanted: Sequence[Sequence], user, file: str) -> list[Record]:
    """Write what a preview showed (see `shown`), as drafts, in one transaction; the records, in the order of the file.

    Everything is checked again. Raises Refused with a sentence, and then nothing was written.
    """
    made = Plan(
        [Line(row, NEW if version is None else CHANGED, json.loads(body), version) for row, version, body in wanted]
    )
    pks = [UUID(line.document["id"]) for line in made.lines]
    by = user.get_username()
    if any(line.document["schema"] != kind.schema for line in made.lines):
        raise Refused(OUTRUN)  # the portal was updated since
    try:
        with transaction.atomic(using=EDITORIAL):
            for line in sorted(made.lines, key=lambda line: line.document["id"]):  # one order for all who lock several
                if line.version is not None:
                    hold(UUID(line.document["id"]), line.version)
            _check_again(kind, made, user)
            for line, pk in zip(made.lines, pks):
                write_document(line.document)
                take_version(pk, line.version or 0)
            keep_revisions(kind, pks, by=by, note=f"Imported from {file}"[:300])
            note_move(
                by,
                "import",
                title=file,
                note=f"{kind._meta.verbose_name_plural}: {len(made.signed(NEW))} new, {len(made.signed(CHANGED))} changed",
            )
    except (Stale, IntegrityError):
        raise Refused(OUTRUN) from None
    records = kind._base_manager.using(EDITORIAL).in_bulk(pks)
    return [records[pk] for pk in pks]


def _check_again(kind: type[Kind], made: Plan, user) -> None:
    pks = [UUID(line.document["id"]) for line in made.signed(CHANGED)]
    standing = {pk: Standing(document, 0) for pk, document in build(kind, pks, EDITORIAL).items()}
    for line in made.signed(CHANGED):
        standing[UUID(line.document["id"])] = Standing(standing[UUID(line.document["id"])].document, line.version or 0)
    _examine(made, standing, user)
    made.faults += [fault for _, fault in _complained(made)]
    if made.faults:
        first = made.faults[0]
        where = f"Row {first.row}, {first.column}" if first.column else f"Row {first.row}"
        raise Refused(f"{where}: {first.sentence} Nothing was imported.")
