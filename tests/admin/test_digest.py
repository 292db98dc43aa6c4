"""One message a day with what waits for somebody, where the portal sends mail."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from partnerships.admin.digest import send_digests
from partnerships.editorial.review import approve, submit

pytestmark = pytest.mark.services
LOCMEM = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
NOWHERE = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {"host": "127.0.0.1", "port": 9, "timeout": 1},
    }
}


@pytest.fixture
def posting(world, settings):
    settings.SENDS_MAIL, settings.MAILERS = True, LOCMEM
    mail.outbox = []
    for name in ("anna", "bruno", "sam"):
        User.objects.filter(username=name).update(email=f"{name}@example.org")
    return world


def test_where_no_mail_is_sent_it_says_so(world):
    with pytest.raises(CommandError, match="sends no mail"):
        call_command("send_digest")


def test_it_tells_the_numbers_of_the_home_and_where_they_lead(posting, at, settings, capsys):
    submit([posting.atlantis], by=posting.user("anna"))
    call_command("send_digest")
    assert capsys.readouterr().out == "Messages sent: 1.\n"
    (sent,) = mail.outbox  # nothing waits for Anna, and Chiara, whom nothing waits for either, has no address
    assert sent.to == ["bruno@example.org"]
    told = re.findall(r"(\d+) · (.+)\n(\S+)", sent.body)
    bruno = at("bruno")
    pressing = [tile for tile in bruno.get("/admin/").context["tiles"] if tile.tone]
    assert [(int(n), what) for n, what, _ in told] == [(tile.number.count, tile.said) for tile in pressing]
    assert ("1", "Waits for my review") in [(n, what) for n, what, _ in told]
    for number, what, where in told:
        assert where.startswith(settings.SITE_ORIGIN)
        assert bruno.get(where.removeprefix(settings.SITE_ORIGIN)).context["cl"].result_count == int(number), what


def test_once_a_day_and_only_while_something_waits(posting):
    submit([posting.atlantis], by=posting.user("anna"))
    assert (send_digests(), send_digests()) == (1, 0)
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert (send_digests(), send_digests()) == (1, 0)
    approve([posting.atlantis], by=posting.user("bruno"))
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert send_digests() == 0
    assert len(mail.outbox) == 2


def test_what_could_not_be_sent_is_tried_again(posting, settings):
    submit([posting.atlantis], by=posting.user("anna"))
    settings.MAILERS = NOWHERE
    assert send_digests() == 0
    settings.MAILERS = LOCMEM
    assert send_digests() == 1


def test_who_has_left_gets_nothing(posting):
    submit([posting.atlantis], by=posting.user("anna"))
    User.objects.filter(username="bruno").update(is_active=False)
    assert send_digests() == 0
