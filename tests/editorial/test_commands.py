"""The commands publish and withdraw in somebody's name, and may what that person may."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from partnerships.models import Source
from partnerships.publishing.models import Publication
from partnerships.publishing.reading import public
from tests.world import resave


def publish(*labels: str, by: str) -> None:
    call_command("publish", *labels, by=by, kind="new_evidence", note="The capital is named.", verbosity=0)


def test_a_publisher_publishes_what_another_wrote(world, capsys):
    resave(world.japan, by="anna", capital="Tokyo")
    publish("partner/japan", by="chiara")
    assert "partner/japan published" in capsys.readouterr().out
    entry = Publication.objects.order_by("-seq").first()
    assert (entry.by, entry.reviewed_by, entry.one_person) == ("chiara", "chiara", False)


@pytest.mark.parametrize(
    ("by", "sentence"),
    [
        ("anna", "can't publish"),
        ("nobody", "no active account"),
        ("chiara", "Not approved by a second person"),
    ],
)
def test_the_command_is_no_way_around_the_rules(world, by, sentence):
    resave(world.japan, by="chiara", capital="Tokyo")
    before = Publication.objects.count()
    with pytest.raises(CommandError, match=sentence):
        publish("partner/japan", by=by)
    assert Publication.objects.count() == before


def test_withdrawing_needs_the_right_and_a_take_down_an_administrator(world):
    with pytest.raises(CommandError, match="can't do that"):
        call_command("withdraw", "programme/itpp", by="bruno", note="Gone.")
    with pytest.raises(CommandError, match="can't do that"):
        call_command("withdraw", "programme/itpp", by="chiara", note="Gone.", take_down=True)
    call_command("withdraw", "programme/itpp", by="chiara", note="Gone.", verbosity=0)
    call_command("withdraw", "source/old-page", by="dag", note="Private.", take_down=True, verbosity=0)
    assert not public(Source).filter(slug="old-page").exists()
    with pytest.raises(CommandError, match="There is no record"):
        call_command("withdraw", "partner/utopia", by="chiara", note="Gone.")
