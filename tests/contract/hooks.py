"""What Schemathesis has to know of the content to ask valid questions: slugs that exist, days that can be shown, cursors."""

import json
import os
from datetime import date
from urllib.request import urlopen

import schemathesis
from hypothesis import strategies as st

API = os.environ["CONTRACT_URL"]
FIRST_PAGE = "the-first-page"
KINDS = {
    "framework": "frameworks",
    "programme": "programmes",
    "region": "regions",
    "partner": "partners",
    "exercise": "exercises",
    "edition": "editions",
    "source": "sources",
    "challenge": "challenges",
    "activity": "activities",
    "threat": "threats",
    "objective": "objectives",
    "institution": "institutions",
    "milestone": "milestones",
    "claim": "claims",
    "casestudy": "case-studies",
    "assessment": "assessments",
    "page": "pages",
    "term": "terms",
    "notice": "notices",
}


def asked(path: str) -> dict:
    with urlopen(f"{API}{path}", timeout=60) as answer:
        return json.load(answer)


def slugs(plural: str):
    return st.sampled_from([one["slug"] for one in asked(f"{plural}/?fields=slug&page_size=25")["results"]])


for kind, plural in KINDS.items():
    schemathesis.openapi.format(f"{kind}-slug", slugs(plural))

schemathesis.openapi.format(
    "portal-day",
    st.dates(min_value=date(1950, 1, 1), max_value=date(2030, 12, 31)).flatmap(
        lambda day: st.sampled_from([day.isoformat(), day.isoformat()[:7], day.isoformat()[:4]])
    ),
)
schemathesis.openapi.format("search-words", st.sampled_from(["nato", "cyber defence", "PfP", "Україна", "malta", "ÿ"]))
schemathesis.openapi.format("portal-moment", st.just(str(asked("changes/?page_size=1")["head"]["seq"])))
schemathesis.openapi.format("cursor", st.just(FIRST_PAGE))


@schemathesis.hook
def before_call(context, case, kwargs):
    """What the schema has no words for: a valid cursor belongs to one question alone, so the first page stands for it;
    and a membership is asked for together with its framework."""
    query = case.query or {}
    if query.get("cursor") == FIRST_PAGE:
        del case.query["cursor"]
    if "framework" not in query and ("membership_status" in query or "membership" in str(query.get("fields", ""))):
        if case.operation.path.startswith("/api/v1/partners"):
            case.query["framework"] = "pfp"
