"""What the sweep of the desk's looks visits: a world with something to see on every page, and the addresses of the pages."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.urls import resolve, reverse
from django.utils import timezone

from partnerships.admin.addresses import address, list_address
from partnerships.editorial import releases
from partnerships.editorial.models import Revision
from partnerships.editorial.people import make_link
from partnerships.editorial.preview import make_link as make_preview
from partnerships.editorial.publication import Reason
from partnerships.editorial.reports import take_in
from partnerships.editorial.review import comment, submit
from partnerships.models import KINDS, Citation, Edition
from partnerships.publishing.models import Publication
from tests.world import World, resave

from .records import make
from .walking import WHOLE, page_of, table

NOT_LOOKED_AT = {
    "answers to scripts, and files": ("autocomplete", "jsi18n", "calendar_ics", "kind export", "kind file"),
    "lead elsewhere": ("login", "logout", "password_change", "password_change_done", "view_on_site", "kind review"),
    "lead to those of the record's kind": ("record change", "record history", "record delete"),
    "only sent to": ("user revoke",),
    "the desk's own stock pages of the same making": ("app_list", "publication history", "report history"),
}
"""Pages of the table that nobody looks at, and why. Those that nobody may see, or that are only posted to, go without saying."""


def needed() -> set[str]:
    """The pages of the table that somebody looks at."""
    unseen = {page for pages in NOT_LOOKED_AT.values() for page in pages}
    assert unseen <= set(table())
    return {page for page, (verb, _) in table().items() if verb not in ("never", "post")} - unseen


def visited(addresses: list[str]) -> set[str]:
    """The pages of the table that addresses belong to."""
    found = [resolve(where.partition("?")[0]) for where in addresses if where.startswith("/admin/")]
    return {page_of(one.route, one.url_name) for one in found}


def _log() -> str:
    return reverse("admin:publishing_publication_change", args=[Publication.objects.latest("seq").pk])


def everything() -> dict[str, list[str]]:
    """The addresses to visit by who looks: an administrator, an author, and "" who has no account."""
    world = World()
    anna, chiara, dag = (world.user(name) for name in ("anna", "chiara", "dag"))
    source, edition = world.nato_topic, Edition.objects.first()
    for where, quotation in (("p. 4", "It has no part in it."), ("", "")):
        Citation.objects.create(record=world.finland, source=source, locator=where, quotation=quotation)
    finland = resave(world.finland, by="anna", capital="Helsinki")
    japan = resave(world.japan, by="anna", capital="Tokyo", body="It is *currently* a partner.\n\n- one\n- two")
    submit([japan, finland], by=anna, note="A long word: " + "Kooperationsrahmenvereinbarung" * 3)
    comment(japan, by=chiara, text="Seen.")
    opened = releases.make("Capitals", by=chiara, note="Two of them.", records=[japan])
    when = timezone.now() + timedelta(days=1)
    planned = releases.plan_records([finland], when, by=chiara, reason=Reason("new_evidence", "It is named."))
    _, shared = make_preview(Revision.objects.filter(record=japan.pk).latest("number"), by=chiara)
    _, together = make_preview(opened, by=chiara)
    _, token = make_link(anna, by=dag)
    report = take_in(world.malta, version=1, text="It is wrong.").pk
    malta, person = world.malta, f"/admin/auth/user/{anna.pk}"

    of_author = ["/admin/", "/admin/queue/", "/admin/releases/", f"/admin/releases/{opened.pk}/"]
    of_author += [f"/admin/calendar/?month={when:%Y-%m}", "/admin/verification/", list_address("partner")]
    of_author += [address(japan), address(japan, "changes"), address(japan, "history"), address(japan, "delete")]

    of_all = ["/admin/", "/admin/queue/", "/admin/releases/", f"/admin/releases/{opened.pk}/"]
    of_all += [f"/admin/releases/{planned.pk}/", f"/admin/calendar/?month={when:%Y-%m}", "/admin/verification/"]
    of_all += [f"/admin/preview/{opened.pk}/", list_address("record")]
    of_all += [f"{list_address('partner')}?{urlencode({'q': 'nothing like it'})}"]
    own = ("history", "delete", "publish", "withdraw", "changes", "preview", "uses", "verify")
    of_all += [address(japan, page) for page in own]
    of_all += [address(japan, "restore", number=1), address(japan, "previewed", number=2)]
    of_all += [address(finland, page) for page in ("publish", "verify")]
    of_all += [address(malta, page) for page in ("changes", "withdraw")]
    of_all += [address(world.atlantis, "delete"), address(edition, "change"), f"{list_address('partner')}import/"]
    of_all += [reverse("admin:publishing_publication_changelist"), _log(), reverse("admin:editorial_report_changelist")]
    of_all += [reverse("admin:editorial_report_change", args=[report]), "/admin/auth/user/", "/admin/auth/user/add/"]
    of_all += [f"{person}/{page}/" for page in ("change", "history", "link", "sessions")]
    of_all += [f"/accounts/{page}/" for page in ("password/change", "sessions", "2fa", "2fa/totp/activate")]
    of_all += ["/accounts/2fa/webauthn/add/", "/accounts/reauthenticate/", "/accounts/logout/"]
    for kind, model in KINDS.items():
        if WHOLE or kind in ("partner", "image"):  # the most of a form, and the only one with a file
            record = japan if kind == "partner" else model.objects.first() or make(kind)
            of_all += [list_address(kind), f"{list_address(kind)}add/", address(record)]

    without = [f"/accounts/start/{token}/", "/accounts/start/nothing/", "/accounts/login/", f"/preview/{shared}/"]
    without += [f"/preview/{together}/", f"/preview/{together}/{japan.pk}/"]
    return {"dag": of_all, "anna": of_author, "": without}
