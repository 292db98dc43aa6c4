"""The table of rights, cell by cell: role × action × how a record stands × how far its review is."""

from __future__ import annotations

from itertools import product

import pytest
from django.contrib.auth.models import AnonymousUser, User

from partnerships.editorial.models import Review, Standing, State
from partnerships.editorial.permissions import ORDER, RIGHTS, may
from partnerships.models import KINDS, Notice, Partner

PEOPLE = {"anna": "Author", "bruno": "Reviewer", "chiara": "Publisher", "dag": "Administrator", "sam": ""}

EXPECTED = """
          from role      standing                  review
view      Author         any                       any
add       Author         any                       any
change    Author         any                       any
delete    Author         never                     any
restore   Author         any                       any
comment   Author         any                       any
assign    Author         any                       any
preview   Author         any                       any
export    Author         any                       any
import    Author         any                       any
report    Author         any                       any
submit    Author         never,changed,withdrawn   draft,changes
reopen    Author         any                       in_review,approved
approve   Reviewer       any                       in_review
send_back Reviewer       any                       in_review,approved
verify    Reviewer       any                       any
publish   Publisher      any                       any
plan      Publisher      any                       any
release   Publisher      any                       any
merge     Publisher      any                       any
withdraw  Publisher      public,changed            any
take_down Administrator  public,changed,withdrawn  any
switch    Administrator  any                       any
people    Administrator  any                       any
"""
"""The same rules in the words of the people who asked for them, so that a slip in the table is seen."""


def expected() -> dict[str, tuple[str, str, str]]:
    lines = [line.split() for line in EXPECTED.strip().splitlines()[1:]]
    return {verb: (role, standings, reviews) for verb, role, standings, reviews in lines}


def test_every_right_is_expected():
    assert set(expected()) == set(RIGHTS)


@pytest.mark.parametrize("name", PEOPLE)
def test_the_cells(world, name):
    user, rank = world.user(name), ORDER.index(PEOPLE[name]) if PEOPLE[name] else -1
    atlantis = world.atlantis  # written by Anna alone
    for verb, (role, standings, reviews) in expected().items():
        for standing, review in product(Standing.values, Review.values):
            state = State(record=atlantis.pk, standing=standing, review=review)
            allowed = (
                rank >= ORDER.index(role)
                and (standings == "any" or standing in standings.split(","))
                and (reviews == "any" or review in reviews.split(","))
                and verb != "switch"  # Atlantis is no notice
                and (verb != "delete" or name in ("anna", "dag"))
            )
            assert may(user, verb, atlantis, state) == allowed, (verb, standing, review)


@pytest.mark.parametrize("name", PEOPLE)
def test_by_kind(world, name):
    rank = ORDER.index(PEOPLE[name]) if PEOPLE[name] else -1
    for verb, (role, _, _) in expected().items():
        for kind in KINDS.values():
            allowed = rank >= ORDER.index(role) and (verb != "switch" or kind is Notice)
            assert may(world.user(name), verb, kind) == allowed, (verb, kind)


def test_nobody_may_nothing(world):
    dag = world.user("dag")
    dag.is_active = False
    for verb in RIGHTS:
        assert not may(AnonymousUser(), verb, Partner)
        assert not may(dag, verb, Partner)
    with pytest.raises(KeyError):
        may(world.user("dag"), "fly", world.malta)


def test_djangos_own_permissions_follow_the_table(world):
    anna, dag = world.user("anna"), world.user("dag")
    assert anna.has_perm("partnerships.change_partner")
    assert not anna.has_perm("auth.view_user")
    assert dag.has_perm("auth.change_user")
    assert dag.has_perm("partnerships.switch_notice")
    assert not User.objects.get(username="sam").has_perm("partnerships.view_partner")
    assert not dag.has_perm("sessions.view_session")
