"""Pages ask as many questions of the database for many rows as for few."""

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from partnerships.models import (
    Citation,
    Claim,
    Edition,
    Focus,
    Framework,
    Link,
    Membership,
    Milestone,
    Name,
    Participant,
    Participation,
    Partner,
    Programme,
    Source,
    Threat,
)

MANY = 6


@pytest.fixture
def questions(reader):
    """How many queries an address takes."""

    reader.get("/")  # what a process asks only once

    def count(address: str) -> int:
        with CaptureQueriesContext(connections["published"]) as asked:
            response = reader.get(address)
        assert response.status_code == 200, address
        return len(asked)

    return count


@pytest.fixture
def grow(world):
    """A function that gives the world a number of everything, numbered from `first`."""
    from partnerships.editorial.publication import publish
    from partnerships.editorial.saving import record_saved
    from tests.world import save

    def do(first: int, number: int) -> None:
        malta, pfp, series = world.malta, world.pfp, world.sea_breeze
        made = []
        for n in range(first, first + number):
            source = save(Source(slug=f"s{n}", title=f"Source {n}", web_address=f"https://example.org/{n}"))
            framework = save(Framework(slug=f"f{n}", title=f"Framework {n}", type="forum", start="1999"))
            programme = save(Programme(slug=f"p{n}", title=f"Programme {n}", start="2000"))
            threat = save(Threat(slug=f"t{n}", title=f"Threat {n}"), links=[Link(other=malta), Link(other=pfp)])
            country = save(
                Partner(slug=f"c{n}", title=f"Country {n}", region=malta.region),
                memberships=[Membership(framework=pfp, start="2000-01-01")],
                participations=[Participation(programme=world.itpp, start="2022")],
                names=[Name(name=f"Former {n}", end="2001", end_is="until")],
                citations=[Citation(source=world.nato_topic)],
            )
            edition = save(
                Edition(slug=f"e{n}", title=f"Edition {n}", series=series, first_day=f"20{n:02}-05-01"),
                participants=[Participant(partner=malta, role="host"), Participant(partner=country)],
            )
            milestone = save(
                Milestone(slug=f"m{n}", title=f"Milestone {n}", date=f"20{n:02}"),
                links=[Link(other=malta, relation="concerns"), Link(other=pfp, relation="concerns")],
            )
            claim = save(
                Claim(slug=f"k{n}", title=f"Claim {n}", statement="So.", verdict="supported", made_in=world.nato_topic),
                links=[Link(other=malta, relation="about"), Link(other=pfp, relation="about")],
            )
            for row in (
                Membership(framework=framework, start="1999"),
                Participation(programme=programme, start="2001"),
                Focus(topic=threat.record),
                Name(name=f"Melita {n}", start="1900", end=f"19{n:02}", end_is="until"),
                Citation(source=source),
                Citation(source=source, field="capital"),
            ):
                row_owner = row.owner
                setattr(row, row_owner, malta)
                row.save()
            Participant(edition=world.sea_breeze_2021, partner=country).save()
            made += [source, framework, programme, threat, country, edition, milestone, claim]
        for record in (malta, world.sea_breeze_2021):
            record_saved(record, by="anna", expected=record.version)
        publish([*made, malta, world.sea_breeze_2021], by="chiara", change_kind="new_evidence", note="More.")

    return do


ADDRESSES = [
    "/",
    "/partners/",
    "/partners/malta/",
    "/frameworks/",
    "/frameworks/pfp/",
    "/programmes/",
    "/programmes/itpp/",
    "/regions/europe/",
    "/exercises/",
    "/exercises/sea-breeze/",
    "/exercises/sea-breeze/sea-breeze-2021/",
    "/threats/t10/",
    "/milestones/",
    "/milestones/m10/",
    "/claims/",
    "/claims/k10/",
    "/sources/",
    "/sources/nato-topic/",
    "/search/?q=country",
    "/search/?q=malta",
    "/search/suggestions.json?q=country",
    "/map/",
    "/map/?show=pfp",
    "/matrix/",
    "/timeline/",
    "/compare/",
    "/compare/?partner=malta,c10",
    "/compare/?framework=pfp,f10",
    "/compare/?programme=itpp,p10",
    "/timeline/?partner=malta&framework=pfp",
    "/changes/",
    "/changes/?since=2020-01-01&until=2030-01-01",
    "/partners.csv",
    "/frameworks.json",
    "/exercises.csv",
    "/programmes.json",
    "/glossary/",
    "/partners/malta/history/",
    "/partners/malta/history/?from=1&to=2",
    "/partners/malta/versions/1/",
    "/frameworks/pfp/versions/1/",
    "/exercises/sea-breeze/sea-breeze-2021/history/",
    "/corrections/",
    "/corrections/feed.atom",
    "/partners/feed.atom",
    "/partners/malta/feed.atom",
    "/partners/malta/cite/text",
    "/partners/malta.md",
    "/frameworks/pfp.md",
    "/exercises/sea-breeze/sea-breeze-2021.md",
    "/sitemap.xml",
    "/changes/feed.atom",
]
UNDATED = ("history/", "versions/", "sitemap", "feed.", "cite/")
DATED = [
    f"{address}{'&' if '?' in address else '?'}as_of=2012-06-01"
    for address in ADDRESSES
    if not any(one in address for one in UNDATED)
]


def test_queries_do_not_grow_with_rows(grow, questions):
    grow(10, 2)
    few = {address: questions(address) for address in (*ADDRESSES, *DATED)}
    grow(20, MANY)
    many = {address: questions(address) for address in (*ADDRESSES, *DATED)}
    assert many == few


def test_no_page_takes_more_than_two_dozen_queries(grow, questions):
    grow(10, 2)
    assert {address: number for address in (*ADDRESSES, *DATED) if (number := questions(address)) > 24} == {}
