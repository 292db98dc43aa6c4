"""The schema and the page made from it. They need no records, and no editorial side."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from io import StringIO

import pytest
from django.core.management import call_command

from partnerships.api.problems import CATALOGUE
from partnerships.api.schema import openapi
from partnerships.api.urls import urlpatterns
from partnerships.queries.filters import QUESTIONS, SearchQuestions

VOID = {"meta", "link", "br", "img", "input"}


@pytest.mark.slow
def test_the_schema_is_valid_and_comes_without_warnings(capsys):
    out = StringIO()
    call_command("spectacular", format="openapi-json", validate=True, fail_on_warn=True, stdout=out)
    assert json.loads(out.getvalue())["openapi"] == "3.1.0"
    assert "arning" not in capsys.readouterr().err


def test_every_address_is_in_it():
    described = {re.sub(r"{\w+}", "<>", path) for path in openapi()["paths"]}
    routes = {
        "/api/" + re.sub(r"<\w+:\w+>", "<>", str(pattern.pattern))
        for pattern in urlpatterns
        if pattern.name != "nowhere"
    }
    assert described == routes


def test_every_operation_has_a_name_of_its_own_and_says_what_can_go_wrong():
    operations = [path["get"] for path in openapi()["paths"].values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    for operation in operations:
        assert operation["description"]
        assert {"200", "304", "400", "405", "406", "500"} <= operation["responses"].keys()
        assert "application/problem+json" in operation["responses"]["400"]["content"]
    assert all(path.keys() == {"get"} for path in openapi()["paths"].values())


def test_every_filter_is_in_it():
    rows = {"membership": "memberships", "participation": "participations", "participant": "participants"}
    for model, questions in QUESTIONS.items():
        plural = (
            "search" if questions is SearchQuestions else getattr(model, "plural", "") or rows[model._meta.model_name]
        )
        parameters = openapi()["paths"][f"/api/v1/{plural}/"]["get"]["parameters"]
        described = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
        assert {*questions.parameters(), "as_of", "ordering", "page_size", "cursor"} <= described
        assert all(parameter["description"] for parameter in parameters)


def test_it_knows_no_account_and_no_other_server(settings):
    schema = openapi()
    assert schema["servers"] == [{"url": settings.SITE_ORIGIN}]
    assert "securitySchemes" not in schema["components"]
    assert "readOnly" not in json.dumps(schema)


# The page -------------------------------------------------------------------------------------------------------------------


class Outline(HTMLParser):
    """The ids, links and headings of a page; complains about tags that don't match."""

    def __init__(self):
        super().__init__()
        self.ids, self.links, self.headings, self.open, self.tags = [], [], [], [], set()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.add(tag)
        assert not {name for name in attributes if name.startswith("on") or name == "style"}
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a":
            self.links.append(attributes["href"])
        if re.fullmatch(r"h\d", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def documentation(content, client):
    response = client.get("/api/v1/docs/")
    assert response.status_code == 200
    outline = Outline()
    outline.feed(response.content.decode())
    assert outline.open == []
    return outline


def test_the_page_explains_every_problem_at_its_address(documentation):
    assert {f"problem-{name}" for name in CATALOGUE} <= set(documentation.ids)
    assert all(kind.address.endswith(f"/api/v1/docs/#problem-{name}") for name, kind in CATALOGUE.items())


def test_the_page_describes_every_object_and_its_links_lead_somewhere(documentation):
    assert set(openapi()["components"]["schemas"]) <= set(documentation.ids)
    assert len(documentation.ids) == len(set(documentation.ids))
    assert {link[1:] for link in documentation.links if link.startswith("#")} <= set(documentation.ids)


def test_the_page_needs_no_script_and_is_in_order(documentation):
    assert "script" not in documentation.tags
    assert "style" not in documentation.tags
    assert {"main", "table", "caption", "dl"} <= documentation.tags
    assert documentation.headings[0] == documentation.headings.count(1) == 1
    assert all(
        later <= earlier + 1 for earlier, later in zip(documentation.headings, documentation.headings[1:], strict=False)
    )


def test_the_example_questions_have_answers(documentation, client, settings):
    asked = [link for link in documentation.links if link.startswith(f"{settings.SITE_ORIGIN}/api/v1/")]
    assert len(asked) >= 8
    for link in asked:
        assert client.get(link.removeprefix(settings.SITE_ORIGIN)).status_code == 200, link


def test_the_examples_of_the_guide_are_true(content, client, settings):
    guide = (settings.BASE_DIR / "docs" / "api.md").read_text("utf-8")
    asked = re.findall(r"curl -s 'http://localhost:8000([^']+)'", guide)
    assert len(asked) > 8
    for path in asked:
        response = client.get(path)
        assert response.status_code == (400 if "statsu" in path else 200), path
        if response.status_code == 200 and "json" in response.headers["Content-Type"]:
            assert response.json().get("count", 1) > 0, path
    said = client.get("/api/v1/partners/?statsu=ally").json()
    assert json.dumps(said, indent=2, ensure_ascii=False) in guide
    listed = client.get("/api/v1/partners/?framework=pfp&as_of=2014-03-01").json()
    assert f"`count` says {listed['count']}" in guide
    for region in ("central-asia", "gulf"):
        assert client.get(f"/api/v1/partners/?region={region}").status_code == 200
