"""What the permission walk sends: every post of every page of the desk, as the page's own form sends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

from django.contrib.auth.models import User
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from partnerships.admin.exchange import SALT
from partnerships.editorial.exchange import plan, shown
from partnerships.editorial.exchange_forms import export
from partnerships.editorial.exchange_reading import read
from partnerships.models import KINDS
from tests.editorial.test_uploads import picture

from .scenes import Scene
from .walking import MARK, UNPUBLISHED, Forged


def _publishing(**more) -> Callable[[Scene], dict]:
    def fields(scene: Scene) -> dict:
        seen = scene.clients["dag"].get(scene.where("publish")).context["seen"]
        why = {"change_kind": "new_evidence", "note": "It is known now."}
        return {"confirmed": "1", "seen": seen, "together": "1", "when": "now"} | why | more

    return fields


def _listed(action: str, **more) -> Callable[[Scene], dict]:
    """An action of the list, confirmed: first its page is opened by one who may, then sent as it stands."""

    def fields(scene: Scene) -> dict:
        chosen = {"action": action, "_selected_action": [str(scene.record.pk)], "select_across": "0"}
        page = scene.clients["dag"].post(scene.where("changelist"), chosen)
        seen = (page.context or {}).get("seen", "") if page.status_code == 200 else ""
        return chosen | {"confirmed": "1", "post": "yes", "seen": seen} | more

    return fields


def _merging(scene: Scene) -> dict:
    chosen = [str(scene.record.pk), str(scene.twin.pk)]
    return {
        "action": "merge_selected",
        "_selected_action": chosen,
        "confirmed": "1",
        "survivor": chosen[0],
        "note": "They are one.",
    }


def _reviewing(move: str) -> Callable[[Scene], dict]:
    return lambda scene: {"move": move, "note": "It is so.", "seen": scene.state.digest}


def _import_plan(scene: Scene) -> dict:
    """The plan of importing the record under another title, for `signed` to sign for whoever sends it."""
    out = BytesIO()
    export(KINDS[scene.kind], [scene.record.pk], "json", out)
    text = out.getvalue().decode().replace(scene.record.title, f"{MARK} in")
    entries, faults = read(KINDS[scene.kind], text.encode())
    made = plan(KINDS[scene.kind], entries, User.objects.get(username="dag"), faults)
    assert not made.faults, made.faults
    return {"plan": shown(made)}


def signed(fields: dict, scene: Scene, name: str) -> dict:
    """What a form is for one person: a plan signed for them, as another's isn't taken, and files from their beginning."""
    for value in fields.values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
    if not isinstance(fields.get("plan"), list):
        return fields
    by = User.objects.get(username=name).pk if name != "nobody" else 0
    seen = {"kind": scene.kind, "by": by, "file": "forged.json", "records": fields["plan"]}
    return fields | {"plan": signing.dumps(seen, salt=SALT, compress=True)}


def _file(scene: Scene) -> dict:
    return {"file": SimpleUploadedFile("forged.csv", b"title,slug\nForged,forged\n", "text/csv")}


def _tomorrow() -> str:
    return f"{timezone.now() + timedelta(days=1):%Y-%m-%dT%H:%M}"


def _form(page: str, **changes) -> Callable[[Scene], dict]:
    return lambda scene: scene.form(page, **changes) | {"_continue": "1"}


FORGED = [
    Forged("save", "change", "change", _form("change", title=f"{MARK} on")),
    Forged("add", "add", "add", lambda scene: _added(scene)),
    Forged("delete", "delete", "delete", lambda scene: {"post": "yes"}, ("never",)),
    Forged("discard by saving as new", "change", "never", lambda scene: {"_saveasnew": "1", "title": "x"}, ()),
    Forged("publish", "publish", "publish", _publishing(), UNPUBLISHED),
    Forged("plan", "publish", "plan", lambda scene: _publishing(when="at", at=_tomorrow())(scene), UNPUBLISHED),
    Forged("collect", "publish", "release", _publishing(when="release", new_title="All of it"), UNPUBLISHED),
    Forged("withdraw", "withdraw", "withdraw", lambda scene: {"confirmed": "1", "how": "retract", "note": "Wrong."}),
    Forged("take down", "withdraw", "take_down", lambda scene: {"confirmed": "1", "how": "take_down", "note": "Law."}),
    *(
        Forged(move, "review", move, _reviewing(move))
        for move in ("submit", "reopen", "approve", "send_back", "comment")
    ),
    Forged("restore", "restore", "restore", lambda scene: {"version": scene.version}),
    Forged(
        "verify",
        "verify",
        "verify",
        lambda scene: {"citation": str(scene.record.citations.get().pk), "version": scene.version},
    ),
    Forged("share", "preview", "preview", lambda scene: {"days": "7"}, UNPUBLISHED),
    Forged("import", "import", "import", _file, ()),
    Forged("import, second step", "import", "import", _import_plan),
    Forged("presence", "presence", "view", lambda scene: {"tab": "a-tab-of-mine", "version": scene.version}),
    Forged("autosave", "autosave", "change", lambda scene: {"version": scene.version, "title": "Half"}),
    Forged("autosave, new", "autosave_new", "add", lambda scene: {"version": "", "title": "Half"}),
    Forged("discard", "discard", "change", lambda scene: {}, ()),
    Forged("discard, new", "discard_new", "add", lambda scene: {}, ()),
    Forged("keep a filter", "changelist", "view", lambda scene: {"save_filter": "1", "name": "M", "query": "q=x"}),
    # actions of the list
    Forged("submit_selected", "changelist", "submit", _listed("submit_selected"), action=True),
    Forged("collect_selected", "changelist", "release", _listed("collect_selected", new_title="R"), action=True),
    Forged(
        "publish_selected",
        "changelist",
        "publish",
        _listed("publish_selected", change_kind="new_evidence", note="Known.", when="now", together="1"),
        UNPUBLISHED,
        action=True,
    ),
    Forged(
        "withdraw_selected",
        "changelist",
        "withdraw",
        _listed("withdraw_selected", how="retract", note="x"),
        action=True,
    ),
    Forged(
        "withdraw_selected, taking down",
        "changelist",
        "take_down",
        _listed("withdraw_selected", how="take_down", note="x"),
        action=True,
    ),
    Forged("merge_selected", "changelist", "merge", _merging, ("public",), action=True),
    Forged("set_owner", "changelist", "assign", _listed("set_owner", owner="bruno"), action=True),
    Forged("set_review_day", "changelist", "change", _listed("set_review_day", review_by="2031-01-01"), action=True),
    Forged(
        "export_selected", "changelist", "export", _listed("export_selected", **{"as": "csv"}), works=(), action=True
    ),
    Forged("delete_selected", "changelist", "delete", _listed("delete_selected"), ("never",), action=True),
    Forged("no such action", "changelist", "never", _listed("nonsense"), (), action=True),
]
"""Every post of the pages about records. "never": nobody may."""


def _added(scene: Scene) -> dict:
    """The form of a new record, filled in as the one that is there."""
    new, there = scene.form("add"), scene.form("change")
    fields = {name: there[name] for name in new if name in there and "-" not in name}
    mine = {
        "title": [f"{MARK} anew"],
        "slug": ["walked-anew"],
        "keep_both": ["1"],
        "version": new.get("version", [""]),
        "_continue": "1",
    }
    file = (
        {"alt": ["Sea"], "upload": SimpleUploadedFile("sea.jpg", picture(size=(200, 150)))}
        if scene.kind == "image"
        else {}
    )
    return new | fields | mine | file


def _moving(do: str, which: str = "open", **more) -> Forged:
    verbs = {"submit": "submit", "approve": "approve", "publish": "publish", "plan": "plan"}
    verbs |= {"cancel": "plan", "take_over": "plan"}

    def fields(scene: Scene) -> dict:
        page = scene.clients["dag"].get(scene.where(f"release {which}"))
        return {"do": do, "seen": page.context["seen"], "record": str(scene.record.pk), "note": "So it is."} | more

    return Forged(f"{do} a release", f"release {which}", verbs.get(do, "release"), fields)


FORGED_ELSEWHERE = [
    Forged("open a release", "releases", "release", lambda scene: {"title": "New", "note": ""}),
    _moving("rename", title="Other"),
    _moving("reason", change_kind="new_evidence"),
    _moving("drop"),
    _moving("companions", "lacking"),
    _moving("submit"),
    _moving("approve", "review"),
    _moving("publish"),
    _moving("plan", at="2031-01-01T09:00"),
    _moving("cancel", "planned"),
    _moving("take_over", "planned"),
    _moving("give_up"),
    _moving("undo", "done"),
    Forged("no such move", "release", "never", lambda scene: {"do": "nonsense"}, ()),
    Forged("share a release", "preview_release", "preview", lambda scene: {"days": "7"}),
    Forged(
        "revoke another's link",
        "preview_release",
        "preview",
        lambda scene: {"revoke": str(scene.link.pk)},
        who=("anna", "dag"),
    ),
    Forged(
        "remove another's filter",
        "partner changelist",
        "view",
        lambda scene: {"save_filter": "remove", "number": str(scene.filter.pk)},
        who=("anna",),
    ),
    Forged(
        "leave for another",
        "partner presence",
        "view",
        lambda scene: {"tab": "a-tab-of-annas", "gone": "1"},
        who=("anna",),
    ),
    Forged("stay for another", "partner presence", "view", lambda scene: {"tab": "a-tab-of-annas"}, who=("anna",)),
    Forged("preview a text", "writing_preview", "change", lambda scene: {"text": "So it is."}, ()),
    Forged("notes of a text", "writing_notes", "change", lambda scene: {}, ()),
    Forged("verify from the list", "to_verify", "view", lambda scene: {"citation": "1"}, ()),
    Forged("an account", "user add", "people", _form("user add", username="new", role="Administrator")),
    Forged("a role", "user change", "people", _form("user change", role="Administrator")),
    Forged("a way in", "user link", "people", lambda scene: {"what": "password"}),
    Forged("no way in", "user revoke", "people", lambda scene: {"post": "yes"}),
    Forged("the end of sessions", "user sessions", "people", lambda scene: {"post": "yes"}),
    Forged("close a report", "report change", "report", lambda scene: {"note": "It is corrected."}),
    Forged("close it from its history", "report history", "report", lambda scene: {"note": "It is corrected."}),
    Forged("the end of an account", "user delete", "never", lambda scene: {"post": "yes"}, ()),
    Forged("the end of a publication", "publication delete", "never", lambda scene: {"post": "yes"}, ()),
    Forged("another publication", "publication change", "never", lambda scene: {"note": "x", "_save": "1"}, ()),
]
"""Every post of the other pages."""
