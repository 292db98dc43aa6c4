"""The small world in which the tests play: a few frameworks, partners and sources, in every state; and the cast.

Anna writes, Bruno reviews, Chiara publishes, Dag administers; Sam, the stranger, has an account and no rights.
"""

from __future__ import annotations

from django.contrib.auth.models import Group, User

from partnerships.editorial.permissions import ORDER
from partnerships.editorial.publication import publish, withdraw
from partnerships.editorial.saving import record_saved
from partnerships.models import (
    Claim,
    Edition,
    Exercise,
    Framework,
    Kind,
    Link,
    Membership,
    Milestone,
    Notice,
    Page,
    Participant,
    Partner,
    Programme,
    Region,
    Source,
)

PASSWORD = "correct horse battery staple"
CAST = {"anna": "Author", "bruno": "Reviewer", "chiara": "Publisher", "dag": "Administrator", "sam": "Stranger"}


def save(record: Kind, *, by: str = "anna", note: str = "", **rows: list) -> Kind:
    """Save a new record with rows of its own (lists of unsaved instances, by the name of their list)."""
    record.full_clean()
    record.save()
    for name, instances in rows.items():
        owner = record._meta.get_field(name).field.name
        for instance in instances:
            setattr(instance, owner, record)
            instance.full_clean(exclude=[owner])
            instance.save()
    record_saved(record, by=by, expected=record.version, note=note)
    return record


def resave(record: Kind, *, by: str = "anna", **values) -> Kind:
    """Change fields of a record and save it, as an editor's form does."""
    record = type(record).objects.get(pk=record.pk)
    expected = record.version
    for name, value in values.items():
        setattr(record, name, value)
    record.full_clean()
    record.save()
    record_saved(record, by=by, expected=expected)
    return type(record).objects.get(pk=record.pk)


def make_cast() -> None:
    for name, role in CAST.items():
        person = User.objects.create(
            username=name, first_name=name.capitalize(), last_name=role, is_staff=role != "Stranger"
        )
        if role in ORDER:
            person.groups.add(Group.objects.get_or_create(name=role)[0])
    dag = User.objects.get(username="dag")
    dag.set_password(PASSWORD)
    dag.save()


def make_world() -> None:
    make_cast()
    nato_page = save(
        Source(slug="nato-topic", title="Topic page", publisher="NATO", web_address="https://example.org/topic")
    )
    europe = save(Region(slug="europe", title="Europe"))
    pfp = save(
        Framework(slug="pfp", title="Partnership for Peace", short_title="PfP", type="programme", start="1994-01-10")
    )
    ici = save(
        Framework(
            slug="ici", title="Istanbul Cooperation Initiative", short_title="ICI", type="forum", start="2004-06-28"
        )
    )
    itpp = save(
        Programme(slug="itpp", title="Individually Tailored Partnership Programme", short_title="ITPP", start="2021-03")
    )
    malta = save(
        Partner(slug="malta", title="Malta", iso2="MT", iso3="MLT", region=europe, body="An *island* state."),
        memberships=[
            Membership(framework=pfp, start="1995-04-26", end="1996-10-27", end_is="until", end_reason="withdrew"),
            Membership(framework=pfp, start="2008-04-03"),
        ],
    )
    russia = save(
        Partner(slug="russia", title="Russia", iso2="RU", iso3="RUS", region=europe),
        memberships=[
            Membership(framework=pfp, start="1994-06-22", end="2014-04-01", end_is="until"),
            Membership(framework=pfp, start="2014-04-01", status="suspended", scope="practical"),
        ],
    )
    finland = save(
        Partner(slug="finland", title="Finland", iso2="FI", iso3="FIN", region=europe),
        memberships=[
            Membership(framework=pfp, start="1994-05-09", end="2023-04-04", end_is="until", end_reason="acceded")
        ],
    )
    japan = save(Partner(slug="japan", title="Japan", iso2="JP", iso3="JPN"))
    series = save(
        Exercise(
            slug="sea-breeze",
            title="Sea Breeze",
            form="live_exercise",
            domain="maritime",
            relationship="partner_hosted",
        )
    )
    edition = save(
        Edition(
            slug="sea-breeze-2021",
            title="Sea Breeze 2021",
            series=series,
            first_day="2021-06-28",
            last_day="2021-07-10",
        ),
        participants=[
            Participant(partner=malta, role="participant"),
            Participant(code="TR", name="Turkey", role="host"),
        ],
    )
    milestone = save(
        Milestone(slug="malta-returns", title="Malta returns to Partnership for Peace", date="2008-04-03"),
        links=[Link(other=malta, relation="concerns"), Link(other=pfp, relation="concerns")],
    )
    claim = save(
        Claim(
            slug="c065",
            title="Japan works with NATO through the Istanbul Cooperation Initiative.",
            statement="Japan works with NATO through the Istanbul Cooperation Initiative.",
            verdict="contradicted",
            corrected_statement="Japan has no part in it.",
            made_in=nato_page,
        ),
        links=[Link(other=japan, relation="about"), Link(other=ici, relation="about")],
    )
    notice = save(
        Notice(slug="ai", title="Written with AI assistance", type="ai_disclosure", summary="Check the sources.")
    )
    about = save(Page(slug="about", title="About"))
    home = save(Page(slug="home", title="Home"))
    everything = [
        nato_page,
        europe,
        pfp,
        ici,
        itpp,
        malta,
        russia,
        finland,
        japan,
        series,
        edition,
        milestone,
        claim,
        notice,
    ]
    publish([*everything, about, home], by="chiara", title="The small world")

    save(Partner(slug="atlantis", title="Atlantis", iso2="ZZ", iso3="ZZZ"))  # never public
    resave(malta, capital="Valletta")  # changed since
    old = save(Source(slug="old-page", title="Old page", web_address="https://example.org/old"))
    publish([old], by="chiara")
    withdraw([old], by="chiara", note="It was the same as the topic page.")  # withdrawn


class World:
    """The records of the small world by slug: `world.malta`, `world.sea_breeze_2021`."""

    def __getattr__(self, name: str):
        from partnerships.models import Record

        try:
            return Record.objects.get(slug=name.replace("_", "-")).as_kind()
        except Record.DoesNotExist:
            raise AttributeError(name) from None

    def user(self, name: str) -> User:
        return User.objects.get(username=name)
