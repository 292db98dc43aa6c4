"""Markdown: what editors write becomes HTML that can only be read."""

from html.parser import HTMLParser
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerships.queries.prose import ATTRIBUTES, TAGS, linked, noted, to_html


class Strict(HTMLParser):
    """Complains about anything that isn't on the list."""

    def __init__(self, html: str):
        super().__init__()
        self.complaints = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        allowed = ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set())
        if tag not in TAGS:
            self.complaints.append(tag)
        for name, value in attrs:
            if name not in allowed:
                self.complaints.append(f"{tag} {name}")
            if name == "href" and not (value or "").lower().startswith(("http://", "https://", "mailto:", "/", "#n")):
                self.complaints.append(value)
            if name == "href" and (value or "").startswith(("//", "/\\")):
                self.complaints.append(value)

    def handle_comment(self, data):
        self.complaints.append("comment")

    def handle_decl(self, decl):
        self.complaints.append("declaration")


PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=javascript:alert(1)>x</a>",
    "<style>*{display:none}</style>",
    "<p style='position:fixed'>x</p>",
    "<form action=//evil><input name=q></form>",
    "<base href=//evil>",
    "<meta http-equiv=refresh content=0>",
    "<object data=x></object><embed src=x>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!DOCTYPE html><b>x",
    "<?xml version='1.0'?>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](  javascript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](vbscript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    "[x](/\\evil.example)",
    "[x](\\\\evil.example)",
    "[x](///evil.example)",
    "[x](https://ok.example 'onmouseover=alert(1)')",
    '[x](https://ok.example ""onmouseover=alert(1)")',
    "[x](<javascript:alert(1)>)",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "<javascript:alert(1)>",
    '<https://ok.example/"onmouseover=alert(1)>',
    "![x](https://evil.example/pixel.gif)",
    "![x](javascript:alert(1))",
    "![](x' onerror='alert(1))",
    "```html\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    "# <script>alert(1)</script>",
    "| a |\n|---|\n| <script>alert(1)</script> |",
    "> <script>alert(1)</script>",
    "- <img src=x onerror=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\x00<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<a\x0chref='javascript:alert(1)'>x",
    "<div id=main class=skip>x</div>",
    "\u202e[x](javascript:alert(1))",
]


@pytest.mark.parametrize("text", PAYLOADS)
def test_nothing_but_text_comes_out_of_a_payload(text):
    html = str(to_html(text))
    assert not Strict(html).complaints, html
    assert "<script" not in html.lower()


@given(st.text(max_size=300))
def test_nothing_but_text_comes_out_of_anything(text):
    assert not Strict(str(to_html(text))).complaints


@given(
    st.lists(st.sampled_from(["<", ">", '"', "'", "[", "](", ")", "`", "javascript:", "a href=", "/", "x", "\n", "!"]))
)
def test_nothing_but_text_comes_out_of_signs(parts):
    assert not Strict(str(to_html("".join(parts)))).complaints


def test_what_editors_write_is_kept():
    html = to_html(
        "## Head\n\nA *word*, **two**, `code`, ~~gone~~ and a [link](https://example.org/a?b=c) or [page](/partners/).\n\n"
        "1. one\n2. two\n\n> said\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )
    for part in (
        "<h3>Head</h3>",
        "<em>word</em>",
        "<strong>two</strong>",
        "<code>code</code>",
        "<s>gone</s>",
        'href="https://example.org/a?b=c"',
        'rel="noopener noreferrer"',
        'href="/partners/"',
        "<ol>",
        "<blockquote>",
        "<td>2</td>",
    ):
        assert part in html, part


def test_links_within_the_portal_are_turned_to_the_day():
    html = to_html(
        "[a](/partners/) [b](/partners/?status=ally#x) [c](https://example.org/) [d](//evil.example)", "2014"
    )
    assert 'href="/partners/?as_of=2014"' in html
    assert 'href="/partners/?status=ally&amp;as_of=2014#x"' in html
    assert 'href="https://example.org/"' in html
    assert "evil.example?" not in html


def test_headings_never_stand_above_those_of_the_page():
    html = to_html("# One\n\n###### Six")
    assert "<h1" not in html
    assert "<h3>One</h3>" in html
    assert "<h6>Six</h6>" in html


def test_raw_html_is_shown_as_text():
    assert "&lt;b&gt;bold&lt;/b&gt;" in to_html("<b>bold</b>")


def test_a_long_text_takes_no_long_time():
    for text in ("[" * 5000, "*" * 5000, "`" * 5000, "> " * 2000, "![" * 3000, "<" * 5000):
        assert not Strict(str(to_html(text))).complaints


# Links to records, and notes ------------------------------------------------------------------------------------------

MALTA = UUID("01890a5d-ac96-774b-bcce-b302099a8057")


def test_a_link_to_a_record_leads_to_its_page():
    text = linked(f"See [*Malta*](record:{MALTA}), and again [it](record:{MALTA}).", {MALTA: "/partners/malta/"})
    assert to_html(text, "2014").count('href="/partners/malta/?as_of=2014"') == 2
    assert "<em>Malta</em></a>" in to_html(text)


def test_words_whose_record_is_not_public_stay_words():
    assert linked(f"See [Malta](record:{MALTA}) there.", {}) == "See Malta there."
    assert "href" not in to_html(linked("[x](record:javascript:alert(1))", {}))


def test_a_note_is_the_number_that_its_source_has_on_the_page():
    numbers = {("nato-topic", ""): [2], ("nato-topic", "page 4"): [3], ("two", ""): [1, 4]}
    text = noted(
        "It ended![^nato-topic] So it is said.[^nato-topic: page 4][^two] Not so.[^unknown]",
        lambda slug, place: numbers.get((slug, place), []),
    )
    html = to_html(text)
    assert 'It ended!<a href="#n2" title="Note 2" rel="noopener noreferrer">2</a> So it is said.' in html
    assert [f'href="#n{n}"' in html for n in (1, 3, 4)] == [True] * 3
    assert "Not so.</p>" in html
    assert not Strict(html).complaints


@given(st.text(alphabet="[]()^!:-record0123456789abcdef \\n", max_size=300))
def test_links_and_notes_of_anything_are_only_text_and_links(text):
    made = noted(linked(text, {MALTA: "/partners/malta/"}), lambda slug, place: [1])
    assert not Strict(str(to_html(made))).complaints
