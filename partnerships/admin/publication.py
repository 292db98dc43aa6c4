"""The pages on which records are published, withdrawn and merged. A GET shows what would happen; a POST asks the verb.

One record has its pages under its own address; for several, the list's action shows the same page, which posts back to
the list. What the page showed is what is done: if somebody saves in between, the page comes back and says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import DELETION
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from partnerships.editorial import publication as verbs
from partnerships.editorial.models import Release, State
from partnerships.editorial.pending import Pending, against_public
from partnerships.editorial.permissions import may
from partnerships.editorial.plans import planned
from partnerships.editorial.review import clear
from partnerships.editorial.rules import RULES, broken, facts_changed
from partnerships.editorial.saving import Stale
from partnerships.models import Disclosure, EdtfField, Kind, Record
from partnerships.publishing.feed import Refusal, Stuck, pointing_at
from partnerships.publishing.log import EDITORIAL, PUBLISHED
from partnerships.publishing.models import Action, ChangeKind, Publication

from .account_log import log, said, stub
from .addresses import address, list_address
from .collecting import CollectForm, MomentField, PlainForm, collect, note_field, plan
from .schedule import worker_warning
from .standing import one_person

REASONS = {
    ChangeKind.EVIDENCE: "A source says more than we knew.",
    ChangeKind.WORLD: "Something happened.",
    ChangeKind.CORRECTION: "We were wrong. It says what, and since when.",
    ChangeKind.EDITORIAL: "Wording only. No fact changes.",
}
"""The kinds of change that an editor chooses among, and when each is meant."""


# Publishing -----------------------------------------------------------------------------------------------------------


class PublishForm(PlainForm):
    """Why something becomes public. The verb checks what fits; the form only that it can be read."""

    change_kind = forms.ChoiceField(
        required=False, choices=[("", ""), *((kind.value, kind.label) for kind in REASONS)], widget=forms.RadioSelect
    )
    note = note_field("Public note", "What changed, in a sentence. Stands in the history of the page and in the feeds.")
    wrong = note_field("What was wrong", "For a correction: what the page said.")
    wrong_since = forms.CharField(
        label="Wrong since",
        required=False,
        max_length=12,
        help_text="A year, month or day, if it is known: 2024, 2024-05, 2024-05-01.",
    )

    def clean_wrong_since(self) -> str:
        return EdtfField().to_python(self.cleaned_data["wrong_since"])

    @property
    def reason(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("change_kind", "note", "wrong", "wrong_since")}


class WhenForm(CollectForm):
    """Now, at a time, or with a release."""

    when = forms.ChoiceField(required=False, choices=[("now", "Now"), ("at", "At a time"), ("release", "In a release")])
    at = MomentField(label="Publish at", required=False)


def publish_view(request: HttpRequest, door, pk: UUID) -> HttpResponse:
    record = door.wanted(request, pk, "publish")
    return publish_page(request, door, [record], back=address(record))


def publish_page(request: HttpRequest, door, records: list[Kind], *, back: str) -> HttpResponse:
    """The page on which records are published together: all of them, or none."""
    waiting = [pending for pending in against_public(records) if pending.waits or pending.document is None]
    companions, trouble = _companions([pending.record for pending in waiting])
    shown = against_public(companions)
    seen = _seal([*waiting, *shown])
    asked = _asked(request)
    form, when = PublishForm(request.POST if asked else None), WhenForm(request.POST if asked else None)
    shared = planned([pending.record.pk for pending in (*waiting, *shown)])
    if asked and form.is_valid() & when.is_valid() and not shared and _unchanged(request, form, seen):
        together = companions if "together" in request.POST else []
        becoming = [pending.record for pending in waiting] + together
        if becoming and when.cleaned_data["when"] in ("at", "release"):
            if one := _try(form, _later, request.user, becoming, form.reason, when.cleaned_data):
                log(request, [(stub(record), f"{_later_said(one)}.") for record in becoming])
                door.message_user(request, f"{_named(records, door)}: {_later_said(one)}.", messages.SUCCESS)
                return HttpResponseRedirect(back)
        else:
            entries = _try(form, verbs.publish_for, request.user, becoming, **form.reason)
            if entries is not None:
                return _done(request, door, entries, back, "published", "There was nothing to publish.")
    context = {
        "title": f"Publish {_named(records, door)}",
        "form": form,
        "waiting": waiting,
        "companions": shown,
        "trouble": trouble,
        "broken": [(p.record, sentence) for p in (*waiting, *shown) if p.document for sentence in broken(p.document)],
        "rules": [(rule.__doc__ or "").split(":")[0] + "." for rule in RULES],
        "planned": [
            (pending.record, shared[pending.record.pk]) for pending in (*waiting, *shown) if pending.record.pk in shared
        ],
        "disclosures": _disclosures([*waiting, *shown]),
        "when": when,
        "chosen_when": when["when"].value() or "now",
        "late": worker_warning(planned=True),
        "hurdle": _hurdle([pending.record for pending in (*waiting, *shown)], request.user),
        "one_person": one_person(),
        "reasons": _reasons(waiting, form),
        "asks_reason": any(not pending.first for pending in waiting),
        "seen": seen,
        "count": len(waiting) + len(companions),
    }
    return _page(request, door, "admin/desk/publish.html", records, back, "publish_selected", context)


def _later(user, records: list[Record], reason: dict[str, str], when: dict) -> Release:
    """Plan records for a time, or put them into a release, with their reason."""
    why = verbs.Reason(**reason)
    if when["when"] == "at":
        return plan(user, records, when["at"], why)
    return collect(user, records, when["into"], when["new_title"], why)


def _later_said(one: Release) -> str:
    if one.status == Release.Status.PLANNED:
        return f"planned for {one.due_at:%-d %B %Y at %H:%M} UTC"
    return f"collected in the release “{one.title}”"


def _hurdle(records: list[Record], user) -> str:
    """The sentence why no second person has approved these yet; empty when nothing is in the way."""
    try:
        clear(records, by=user)
    except Refusal as refusal:
        return str(refusal)
    return ""


def _disclosures(pendings: list[Pending]) -> list[tuple[str, list[Record]]]:
    """How the texts came about, as readers are told, and of which records."""
    found: dict[str, list[Record]] = {}
    for pending in pendings:
        if pending.document:
            found.setdefault(str(Disclosure(pending.document["fields"]["disclosure"]).label), []).append(pending.record)
    return list(found.items())


def _reasons(waiting: list[Pending], form: PublishForm) -> list[dict]:
    """The choices of a change kind; "editorial" says why it can't be chosen when facts differ."""
    facts = {
        label: None
        for pending in waiting
        if pending.public and pending.document
        for label in facts_changed(pending.public, pending.document)
    }
    back = any(pending.state.withdrawn for pending in waiting)
    chosen = form["change_kind"].value()
    choices = []
    for kind, meaning in REASONS.items():
        why_not = ""
        if kind == ChangeKind.EDITORIAL and back:
            why_not = "Not possible: a withdrawn record comes back."
        elif kind == ChangeKind.EDITORIAL and facts:
            why_not = f"Not possible: facts change ({', '.join(facts)})."
        choices.append(
            {
                "value": kind.value,
                "label": kind.label,
                "help": why_not or meaning,
                "off": bool(why_not),
                "chosen": chosen == kind,
            }
        )
    return choices


def _companions(records: list[Record]) -> tuple[list[Record], str]:
    """What must become public together with these records; or the sentence why that can't be said."""
    try:
        return verbs.needed(records) if records else [], ""
    except Refusal as refusal:
        return [], str(refusal)


# Withdrawing ----------------------------------------------------------------------------------------------------------


class WithdrawForm(PlainForm):
    """Why something leaves the public edition, and how."""

    how = forms.ChoiceField(required=False, choices=[(Action.RETRACT, "Retract")], initial=Action.RETRACT)
    note = note_field("Reason", "Public: it stands in the place of the record.")
    also = forms.MultipleChoiceField(required=False)

    def __init__(self, *args, pointing: Iterable[Record], may_take_down: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["also"].choices = [(str(record.pk), record.title) for record in pointing]
        if may_take_down:
            self.fields["how"].choices += [(Action.TAKE_DOWN, "Take down")]


def withdraw_view(request: HttpRequest, door, pk: UUID) -> HttpResponse:
    record = door.wanted(request, pk, "withdraw")
    return withdraw_page(request, door, [record], back=address(record))


def withdraw_page(request: HttpRequest, door, records: list[Kind], *, back: str) -> HttpResponse:
    """The page on which records leave the public edition, together."""
    states = State.objects.in_bulk([record.pk for record in records])
    public = [record for record in records if record.pk in states and states[record.pk].public_version]
    may_take_down = may(request.user, "take_down", door.model)
    pointing = _pointing(public)
    asked = _asked(request)
    if asked and request.POST.get("how") == Action.TAKE_DOWN and not may_take_down:
        raise PermissionDenied
    form = WithdrawForm(request.POST if asked else None, pointing=pointing, may_take_down=may_take_down)
    shared = planned([record.pk for record in (*public, *pointing)])
    if asked and form.is_valid() and not shared:
        chosen = set(form.cleaned_data["also"])
        also = [record for record in pointing if str(record.pk) in chosen]
        if not all(may(request.user, "withdraw", record) for record in also):
            raise PermissionDenied
        entries = _try(
            form,
            verbs.withdraw_for,
            request.user,
            [*records, *also],
            note=form.cleaned_data["note"],
            action=form.cleaned_data["how"] or Action.RETRACT,
        )
        if entries is not None:
            return _done(request, door, entries, back, "withdrawn", "There was nothing to withdraw.")
    context = {
        "title": f"Withdraw {_named(records, door)}",
        "form": form,
        "public": public,
        "pointing": pointing,
        "planned": [(record, shared[record.pk]) for record in (*public, *pointing) if record.pk in shared],
        "may_take_down": may_take_down,
    }
    return _page(request, door, "admin/desk/withdraw.html", records, back, "withdraw_selected", context)


def _pointing(records: list[Record]) -> list[Record]:
    """The public records that point at these, directly or through each other: they would be left with nothing to point at."""
    found: set[UUID] = set()
    batch = {record.pk for record in records}
    while batch:
        sources = set().union(*pointing_at(batch, PUBLISHED).values())
        batch = sources - found - {record.pk for record in records}
        found |= batch
    return list(Record.objects.using(EDITORIAL).filter(pk__in=found).order_by("kind", "title"))


# Merging --------------------------------------------------------------------------------------------------------------


class MergeForm(PlainForm):
    """Which of two records stays."""

    survivor = forms.ChoiceField(error_messages={"required": "Say which of the two stays."}, widget=forms.RadioSelect)
    note = note_field("Public note", "Why they are one. Empty: “… merged into …”.")

    def __init__(self, *args, records: list[Kind], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["survivor"].choices = [(str(record.pk), record.title) for record in records]


def merge_page(request: HttpRequest, door, records: list[Kind]) -> HttpResponse:
    """The page on which two records of a kind become one."""
    back = list_address(door.model)
    if len(records) != 2:
        door.message_user(request, "Choose exactly two records to merge.", messages.WARNING)
        return HttpResponseRedirect(back)
    asked = _asked(request)
    form = MergeForm(request.POST if asked else None, records=records)
    if asked and form.is_valid():
        first, second = records
        lost, survivor = (second, first) if form.cleaned_data["survivor"] == str(first.pk) else (first, second)
        title, pk = lost.title, lost.pk
        entries = _try(form, verbs.merge_for, request.user, lost, survivor, note=form.cleaned_data["note"])
        if entries is not None:
            log(request, [(survivor, f"{title} was merged into this record.")])
            log(request, [(door.model(pk=pk, id=pk, title=title, kind=survivor.kind), "")], flag=DELETION)
            door.message_user(request, f"{title} was merged into {survivor.title}.", messages.SUCCESS)
            return HttpResponseRedirect(address(survivor))
    used = pointing_at([record.pk for record in records], EDITORIAL)
    context = {
        "title": f"Merge two {door.opts.verbose_name_plural}",
        "form": form,
        "choices": [
            {
                "record": record,
                "uses": len(used.get(record.pk, ())),
                "chosen": form["survivor"].value() == str(record.pk),
            }
            for record in records
        ],
    }
    return _page(request, door, "admin/desk/merge.html", records, back, "merge_selected", context)


# What the pages share -------------------------------------------------------------------------------------------------


def _asked(request: HttpRequest) -> bool:
    """Whether the page's own form was sent (the first POST of a list's action only opens the page)."""
    return request.method == "POST" and "confirmed" in request.POST


def _try(form: forms.Form, verb: Callable, *args, **kwargs):
    """Ask the verb; a refusal becomes a sentence on the form, with all that was typed still in it."""
    try:
        return verb(*args, **kwargs)
    except (Refusal, Stuck, Stale) as refusal:
        form.add_error(None, ValidationError(str(refusal)))
    except ValidationError as error:
        form.add_error(None, error)
    return None


def _seal(pending: Iterable[Pending]) -> str:
    """What the page showed, in one word: the newest revision of each record on it."""
    digests = sorted(f"{one.record.pk}{one.state.digest}" for one in pending)
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _unchanged(request: HttpRequest, form: forms.Form, seen: str) -> bool:
    if request.POST.get("seen") == seen:
        return True
    form.add_error(
        None,
        "One of these records was saved, published or withdrawn while this page was open. Nothing was published: look at what it says now.",
    )
    return False


def _named(records: list[Record], door) -> str:
    if len(records) == 1:
        return records[0].title
    return f"{len(records)} {door.opts.verbose_name_plural}"


def _page(request, door, template: str, records: list[Kind], back: str, action: str, context: dict) -> HttpResponse:
    request.current_app = door.admin_site.name
    bulk = request.resolver_match.url_name.endswith("_changelist")
    return TemplateResponse(
        request,
        template,
        door.admin_site.each_context(request)
        | {
            "opts": door.opts,
            "record": None if bulk else records[0],
            "records": records,
            "back": back,
            "action": action if bulk else "",
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        | context,
    )


def _done(request, door, entries: list[Publication], back: str, done: str, nothing: str) -> HttpResponse:
    """Write down what was done, thank, and go back."""
    if not entries:
        door.message_user(request, nothing, messages.INFO)
        return HttpResponseRedirect(back)
    titles = dict(Record.objects.using(EDITORIAL).filter(pk__in=[e.record for e in entries]).values_list("pk", "title"))
    versions = dict(State.objects.filter(record__in=titles).values_list("pk", "public_version"))
    log(request, [(stub(e, titles[e.record]), said(e)) for e in entries])
    if len(entries) == 1:
        [entry] = entries
        as_version = f" as version {versions[entry.record]}" if entry.action == Action.PUBLISH else ""
        thanks = f"{titles[entry.record]} is {done}{as_version}."
    else:
        thanks = f"{len(entries)} records are {done}: {', '.join(sorted(titles.values()))}."
    door.message_user(request, thanks, messages.SUCCESS)
    return HttpResponseRedirect(back)
