"""Facts. One module per concept; they import each other downward in the order below and nothing from other floors.

All kinds are tables of their own over one narrow `Record` (see base). The same models live in the editorial and in the
published database, so nothing here knows about publishing, editors or doors. Others import from this package:
`KINDS` is the register of all kinds, in the order in which the portal presents them.
"""

from .base import Alias, Disclosure, InstrumentType, Kind, Link, Origin, Record, Row, uuid7
from .challenges import Challenge
from .choices import SeveralField
from .claims import Claim, Verdict
from .exercises import Edition, Exercise, Participant
from .frameworks import Framework
from .images import Image, Rendition
from .institutions import Institution
from .milestones import Milestone
from .pages import Notice, Page, Term
from .partners import (
    EndReason,
    Focus,
    Membership,
    MembershipStatus,
    Name,
    Participation,
    Partner,
    PartnerStatus,
    first_overlap,
    name_on,
    status_on,
)
from .programmes import Programme
from .prose import MARKDOWN, NOTE, notes_in, pictures_of, plain, record_links, with_addresses, with_pictures
from .regions import Region
from .sources import Citation, ReadAs, Source
from .themes import Activity, Assessment, CaseStudy, Objective, Threat
from .time import EdgeField, EdtfField, EndIs, InForce, Period, PeriodQuerySet, UnknownLast, bounds, words

KINDS: dict[str, type[Kind]] = {
    model.kind_name(): model
    for model in (
        Framework, Programme, Region, Partner, Exercise, Edition, Institution, Objective, Threat, Activity, Challenge,
        Assessment, CaseStudy, Milestone, Claim, Source, Page, Term, Notice, Image,
    )
}  # fmt: skip
BY_PLURAL: dict[str, type[Kind]] = {model.plural: model for model in KINDS.values()}

__all__ = [
    "BY_PLURAL",
    "KINDS",
    "MARKDOWN",
    "NOTE",
    "Activity",
    "Alias",
    "Assessment",
    "CaseStudy",
    "Challenge",
    "Citation",
    "Claim",
    "Disclosure",
    "EdgeField",
    "Edition",
    "EdtfField",
    "EndIs",
    "EndReason",
    "Exercise",
    "Focus",
    "Framework",
    "Image",
    "InForce",
    "Institution",
    "InstrumentType",
    "Kind",
    "Link",
    "Membership",
    "MembershipStatus",
    "Milestone",
    "Name",
    "Notice",
    "Objective",
    "Origin",
    "Page",
    "Participant",
    "Participation",
    "Partner",
    "PartnerStatus",
    "Period",
    "PeriodQuerySet",
    "Programme",
    "ReadAs",
    "Record",
    "Region",
    "Rendition",
    "Row",
    "SeveralField",
    "Source",
    "Term",
    "Threat",
    "UnknownLast",
    "Verdict",
    "bounds",
    "first_overlap",
    "name_on",
    "notes_in",
    "pictures_of",
    "plain",
    "record_links",
    "status_on",
    "uuid7",
    "with_addresses",
    "with_pictures",
    "words",
]  # fmt: skip
