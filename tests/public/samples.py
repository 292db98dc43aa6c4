"""A sample of requests for every public route: the one table that every sweep over the public pages uses.

Places in braces are slugs: `{partner}` of a partner, `{series}` of the edition's series, `{word}` a word to search for.
Nothing here knows of the editorial side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from string import Formatter

DAY = "as_of=2014-03-01"


def _list(plural: str, *more: str) -> list[str]:
    return [f"/{plural}/", f"/{plural}/?{DAY}", f"/{plural}/?q={{word}}", *(f"/{plural}/?{one}" for one in more)]


def _detail(plural: str, kind: str) -> list[str]:
    return [f"/{plural}/{{{kind}}}/", f"/{plural}/{{{kind}}}/?{DAY}", f"/{plural}/{{{kind}}}/?as_of=1960"]


EMBEDDED = {
    "partners": "partner",
    "frameworks": "framework",
    "programmes": "programme",
    "exercises": "exercise",
    "institutions": "institution",
    "regions": "region",
    "objectives": "objective",
    "threats": "threat",
    "activities": "activity",
    "challenges": "challenge",
    "assessments": "assessment",
    "case-studies": "casestudy",
    "milestones": "milestone",
    "claims": "claim",
    "sources": "source",
    "editions": "edition",
}

SAMPLES: dict[str, list[str]] = {
    "home": ["/", f"/?{DAY}", "/?as_of=1960"],
    "search": ["/search/", "/search/?q={word}", f"/search/?q={{word}}&{DAY}", "/search/?q={word}&kind=partners"],
    "suggestions": [
        "/search/suggestions.json",
        "/search/suggestions.json?q={word}",
        f"/search/suggestions.json?q={{word}}&{DAY}",
    ],
    "map": ["/map/", f"/map/?{DAY}", "/map/?show={framework}", f"/map/?show={{framework}}&{DAY}", "/map/?as_of=1960"],
    "timeline": [
        "/timeline/",
        f"/timeline/?{DAY}",
        "/timeline/?partner={partner}",
        f"/timeline/?partner={{partner}}&framework={{framework}}&{DAY}",
        "/timeline/?as_of=1960",
    ],
    "compare": [
        "/compare/",
        f"/compare/?{DAY}",
        "/compare/?partner={partner}",
        "/compare/?framework={framework}",
        "/compare/?programme={programme}",
    ],
    "matrix": ["/matrix/", f"/matrix/?{DAY}", "/matrix/?as_of=1960"],
    "changes": ["/changes/", "/changes/?before=3", f"/changes/?{DAY}", "/changes/?since=2020-01-01&until=2030-01-01"],
    "changes-feed": ["/changes/feed.atom"],
    "corrections": ["/corrections/", "/corrections/?before=3", f"/corrections/?{DAY}"],
    "corrections-feed": ["/corrections/feed.atom"],
    "glossary": ["/glossary/", f"/glossary/?{DAY}"],
    "data": ["/data/", f"/data/?{DAY}"],
    "snapshot": ["/data/portal-2026-01-01-seq1-00000000.zip"],  # none: it isn't there
    "about": ["/about/", f"/about/?{DAY}"],
    "method": ["/about/method/", f"/about/method/?{DAY}"],
    "pages-detail": ["/pages/{page}/", f"/pages/{{page}}/?{DAY}"],
    "oembed": ["/oembed?url=http://localhost:8000/partners/{partner}/"],
    **{
        f"{plural}-embed": [f"/embed/{plural}/{{{kind}}}/", f"/embed/{plural}/{{{kind}}}/?{DAY}"]
        for plural, kind in EMBEDDED.items()
    },
    "robots": ["/robots.txt"],
    "llms": ["/llms.txt"],
    "sitemap": ["/sitemap.xml"],
    "sitemap-part": ["/sitemap-1.xml"],
    "editions-detail": ["/exercises/{series}/{edition}/", f"/exercises/{{series}}/{{edition}}/?{DAY}"],
    "frameworks-list": _list("frameworks", "type=forum", "ordering=founded", "partner={partner}"),
    "frameworks-detail": _detail("frameworks", "framework"),
    "programmes-list": _list("programmes", "partner={partner}", "ordering=-started"),
    "programmes-detail": _detail("programmes", "programme"),
    "regions-list": _list("regions"),
    "regions-detail": _detail("regions", "region"),
    "partners-list": _list(
        "partners",
        "status=partner,suspended",
        "framework={framework}",
        "framework={framework}&membership_status=active",
        f"framework={{framework}}&{DAY}",
        "region={region}",
        "programme={programme}",
        "aspiration=declared",
        "ordering=-relations_since",
    ),
    "partners-detail": _detail("partners", "partner"),
    "exercises-list": _list("exercises", "form=live_exercise", "focus=interoperability", "partner={partner}"),
    "exercises-detail": _detail("exercises", "exercise"),
    "institutions-list": _list("institutions", "type=ptec", "partner={partner}"),
    "institutions-detail": _detail("institutions", "institution"),
    "objectives-list": _list("objectives", "parent={objective}", "partner={partner}"),
    "objectives-detail": _detail("objectives", "objective"),
    "threats-list": _list("threats", "transnational=true"),
    "threats-detail": _detail("threats", "threat"),
    "activities-list": _list("activities", "instrument=exercise"),
    "activities-detail": _detail("activities", "activity"),
    "challenges-list": _list("challenges", "category=political", "region={region}"),
    "challenges-detail": _detail("challenges", "challenge"),
    "assessments-list": _list("assessments", "type=influence", "evidence=unproven"),
    "assessments-detail": _detail("assessments", "assessment"),
    "case-studies-list": _list("case-studies", "partner={partner}"),
    "case-studies-detail": _detail("case-studies", "casestudy"),
    "milestones-list": _list("milestones", "year=1990-2020", "framework={framework}", "ordering=title"),
    "milestones-detail": _detail("milestones", "milestone"),
    "claims-list": _list("claims", "verdict=contradicted,misleading", "made_in={source}"),
    "claims-detail": _detail("claims", "claim"),
    "sources-list": _list("sources", "tier=primary", "publisher=NATO", "ordering=published"),
    "sources-detail": _detail("sources", "source"),
}

PLACES = {route.removesuffix("-detail"): one[0] for route, one in SAMPLES.items() if route.endswith("-detail")}
"""The page of a record of each kind that has pages, by the kind's plural."""

for _plural, _page in PLACES.items():
    SAMPLES[f"{_plural}-history"] = [f"{_page}history/", f"{_page}history/?from=1&to=1"]
    SAMPLES[f"{_plural}-version"] = [f"{_page}versions/1/"]
    SAMPLES[f"{_plural}-record-feed"] = [f"{_page}feed.atom"]
    _text = _page.removesuffix("/") + ".md"
    SAMPLES[f"{_plural}-markdown"] = [_text, f"{_text}?{DAY}", f"{_text}?as_of=1960"]
    SAMPLES[f"{_plural}-cite"] = [f"{_page}cite/{form}" for form in ("text", "bibtex", "ris", "csl-json")]
    if f"{_plural}-list" in SAMPLES:
        SAMPLES[f"{_plural}-feed"] = [f"/{_plural}/feed.atom"]

for _plural in [route.removesuffix("-list") for route in SAMPLES if route.endswith("-list")]:
    for _form in ("csv", "json"):
        SAMPLES[f"{_plural}-{_form}"] = [
            f"/{_plural}.{_form}",
            f"/{_plural}.{_form}?{DAY}",
            f"/{_plural}.{_form}?q={{word}}",
        ]
SAMPLES["about-markdown"] = ["/about.md", f"/about.md?{DAY}"]
SAMPLES["method-markdown"] = ["/about/method.md"]
SAMPLES["exercises-chart-csv"] = ["/exercises/editions-by-year.csv", f"/exercises/editions-by-year.csv?{DAY}"]
SAMPLES["frameworks-chart-csv"] = ["/frameworks/countries-by-year.csv", f"/frameworks/countries-by-year.csv?{DAY}"]
FILES = [
    "robots",
    "llms",
    "sitemap",
    "sitemap-part",
    "suggestions",
    "snapshot",
    "oembed",
    *(route for route in SAMPLES if route.endswith(("-feed", "-cite", "-csv", "-json", "-embed", "-markdown"))),
]
"""Routes whose answers are no pages."""

ABSENT = ["snapshot"]
"""Routes at whose sample nothing stands: snapshots come and go."""


def filled(slugs: Mapping[str, Iterable[str]], routes: Iterable[str] = SAMPLES) -> Iterator[str]:
    """The addresses of some routes, or all, with every slug in its place; those with a place that has no slug are left out.

    `slugs` maps names of places to what may stand there. `edition` holds pairs "series/edition".
    """
    for route in routes:
        for address in SAMPLES[route]:
            if route.startswith("editions-"):
                for pair in slugs.get("edition", ()):
                    series, edition = pair.split("/")
                    yield address.format(series=series, edition=edition)
                continue
            places = [name for _, name, _, _ in Formatter().parse(address) if name]
            for values in product(*(slugs.get(name, ()) for name in places)):
                yield address.format(**dict(zip(places, values)))
