"""The Markdown of a record says what its page says, on the same day."""

import re

import pytest

from partnerships.public.markdown import to_markdown


def get(reader, address, status=200):
    response = reader.get(address)
    assert response.status_code == status, address
    return response


def test_html_of_the_portal_becomes_markdown():
    html = """<article><h1>Malta <span class="short">MT</span></h1>
    <p class="stamp"><span>One</span> <span>Two</span></p><svg><title>no</title></svg><nav>no</nav>
    <p>1. A *star* <a class="nt" href="#n2">2</a> and <a href="/x/">a link</a> <span class="unsourced">unsourced</span>.</p>
    <dl class="facts"><div><dt>Capital</dt><dd>Valletta</dd></div><div><dt>Uses</dt><dd><ul><li>x</li></ul></dd></div></dl>
    <table><caption>Rows</caption><tr><th>A</th><th class="lanecell">no</th></tr><tr><td>a|b</td><td class="lanecell"></td></tr>
    </table><ol class="notes"><li id="n2"><a href="https://example.org/a(b)">Work</a>. <span class="m">p. 3</span></li></ol>
    </article>"""
    assert to_markdown(html).split("\n\n") == [
        "# Malta (MT)",
        "- One\n- Two",
        r"1\. A \*star\* [^2] and [a link](http://localhost:8000/x/) (unsourced).",
        "- **Capital:** Valletta\n- **Uses:**\n  - x",
        "**Rows**",
        "| A |\n| --- |\n| a\\|b |",
        "[^2]: [Work](https://example.org/a%28b%29). (p. 3)",
    ]


def test_a_partner_in_markdown_says_what_its_page_says(world, reader, read):
    response = get(reader, "/partners/malta.md")
    assert response.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert response.headers["Link"] == '<http://localhost:8000/partners/malta/>; rel="canonical"'
    text, page = response.text, read("/partners/malta/")
    assert text.startswith("# Malta\n") or "\n# Malta\n" in text
    for heading in page.all("h2"):
        if {"main"} & set(heading.parents) and heading.attributes.get("id") not in (None, "toc-h"):
            assert f"## {heading.text.strip()}" in text
    assert "A country is a partner on a day when at least one of its memberships is in force" in text
    assert "[Partnership for Peace](http://localhost:8000/frameworks/pfp/)" in text
    assert "Licence: CC BY 4.0" in text
    assert "Version 1, which stays at <http://localhost:8000/partners/malta/versions/1/>" in text
    assert "<svg" not in text
    assert "Compare with" not in text


def test_the_markdown_is_turned_to_the_day_and_says_so(world, reader):
    text = get(reader, "/partners/malta.md?as_of=1995-06-01").text
    assert "As of 1 June 1995, which is not today's state" in text
    assert "Page: <http://localhost:8000/partners/malta/?as_of=1995-06-01>" in text
    assert "(http://localhost:8000/frameworks/pfp/?as_of=1995-06-01)" in text
    assert "Version 1, which" not in text
    assert "## Not yet" in get(reader, "/frameworks/pfp.md?as_of=1960").text


def test_every_note_that_is_named_stands_below(world, reader):
    for address in ("/partners/malta.md", "/frameworks/pfp.md", "/claims/c065.md"):
        text = get(reader, address).text
        named = set(re.findall(r"\[\^(\d+)\](?!:)", text))
        assert named == set(re.findall(r"^\[\^(\d+)\]:", text, re.M)), address


@pytest.mark.parametrize("day", ["", "?as_of=2022-03-01"])
@pytest.mark.parametrize("path", ["/partners/malta/", "/exercises/sea-breeze/sea-breeze-2021/", "/about/"])
def test_pages_link_their_markdown(world, reader, read, path, day):
    page = read(path + day)
    there = page.one("link", rel="alternate", type="text/markdown").attributes["href"]
    assert there == path.removesuffix("/") + ".md" + day
    assert there in page.links()
    get(reader, there)


def test_what_moved_is_gone_or_never_was(world, reader):
    assert "`.md`" in get(reader, "/llms.txt").text
    assert get(reader, "/pages/about.md", 301).headers["Location"] == "/about.md"
    assert (
        get(reader, "/exercises/other/sea-breeze-2021.md", 301).headers["Location"]
        == "/exercises/sea-breeze/sea-breeze-2021.md"
    )
    get(reader, "/sources/old-page.md", 410)
    get(reader, "/partners/atlantis.md", 404)
    get(reader, "/partners/malta.md?word=1", 400)
    get(reader, "/partners/malta.md?as_of=word", 400)
