"""Sources by their address: what is prefilled, and which are pointed out as the same."""

from __future__ import annotations

import pytest

from partnerships.admin.addresses import address, list_address
from partnerships.editorial.sources import NoAddress, normalised, prefilled, twins
from partnerships.models import Source
from tests.admin.browser import typed, watched, writes
from tests.world import save

ADD = f"{list_address('source')}add/"
SAME = [
    "https://example.org/a/page",
    "http://www.example.org/a/page/",
    "https://EXAMPLE.org:443/a/page#part",
    "https://m.example.org/a/page/index.html",
    "https://example.org/a/p%61ge?utm_source=x&fbclid=1",
    "https://web.archive.org/web/20240101000000/http://example.org/a/page",
    "https://web.archive.org/web/20240101id_/https:/example.org/a/page/",
]
PREFILLED = {
    "https://www.nato.int/docu/basictxt/b940110b.htm": {
        "slug": "nato-b940110b",
        "publisher": "NATO",
        "published": "1994-01-10",
        "tier": "primary",
        "title": "",
    },
    "https://www.nato.int/cps/en/natohq/topics_84336.htm?selectedLocale=fr": {
        "language": "fr",
        "slug": "nato-topics-84336",
    },
    "https://civil.ge/2024/07/11/georgia-in-the-summit-declaration?utm_source=feed": {
        "title": "Georgia in the summit declaration",
        "web_address": "https://civil.ge/2024/07/11/georgia-in-the-summit-declaration",
        "published": "2024-07-11",
        "publisher": "civil.ge",
        "tier": "",
    },
    "https://www.moroccotomorrow.org/2015/03/news-of-the-partnership": {"published": "2015-03"},
    "https://sputniknews.com/europe/201705311054168578-us-led-drills-baltics/": {
        "published": "2017-05-31",
        "title": "Us led drills baltics",
    },
    "https://de.wikipedia.org/wiki/Partnerschaft_f%C3%BCr_den_Frieden": {
        "title": "Partnerschaft für den Frieden",
        "tier": "tertiary",
        "language": "de",
    },
    "https://web.archive.org/web/20080911/http://www.nato.int/docu/comm/1997/970708/home.htm": {
        "web_address": "http://www.nato.int/docu/comm/1997/970708/home.htm",
        "archive_address": "https://web.archive.org/web/20080911/http://www.nato.int/docu/comm/1997/970708/home.htm",
        "published": "1997-07-08",
    },
    "https://www.tandfonline.com/doi/full/10.1080/14799855.2024.2339213?src=x": {
        "web_address": "https://doi.org/10.1080/14799855.2024.2339213"
    },
    "doi:10.1080/14799855.2024.2339213": {"web_address": "https://doi.org/10.1080/14799855.2024.2339213"},
    "mod.gov.rs/eng/20221/vezba": {
        "web_address": "https://mod.gov.rs/eng/20221/vezba",
        "tier": "primary",
        "published": "",
    },
    "ISBN 978-0-306-40615-7": {"slug": "isbn-9780306406157", "summary": "ISBN 9780306406157"},
    "https://example.org/9999/99/99/": {"published": ""},
}


@pytest.mark.parametrize("other", SAME)
def test_the_form_of_an_address_makes_no_other_work(other):
    assert normalised(other) == normalised(SAME[0])


@pytest.mark.parametrize(
    "other", ["https://example.org/a/page?id=2", "https://example.org/a", "https://other.org/a/page", ""]
)
def test_another_address_is_another_work(other):
    assert normalised(other) != normalised(SAME[0])


@pytest.mark.parametrize("given", PREFILLED)
def test_an_address_tells_what_stands_in_it(world, given):
    values = prefilled(given)
    assert {name: values[name] for name in PREFILLED[given]} == PREFILLED[given]


@pytest.mark.parametrize(
    "given",
    [
        "",
        "nonsense",
        "ftp://example.org/a",
        "javascript:alert(1)",
        "https://[",
        "ISBN 978-0-306-40615-8",
        "https://a b.org/",
    ],
)
def test_what_is_no_address_gets_a_sentence(world, at, given):
    with pytest.raises(NoAddress, match="no web address, DOI or ISBN"):
        prefilled(given)
    page = at("anna").get(ADD, {"from": given})
    assert page.status_code == 200
    assert ("no web address" in page.content.decode()) == bool(given)


def test_the_portals_own_sources_know_their_publishers(world):
    save(Source(slug="one", title="One", publisher="Civil Georgia", tier="secondary", web_address="https://civil.ge/1"))
    values = prefilled("https://www.civil.ge/archives/2")
    assert (values["publisher"], values["tier"]) == ("Civil Georgia", "secondary")


def test_a_source_is_added_by_its_address(at, world):
    anna = at("anna")
    assert 'name="from"' in anna.get(list_address("source")).content.decode()
    with watched() as statements:
        form = anna.get(ADD, {"from": "https://www.nato.int/cps/en/natohq/news_1.htm"})
    assert writes(statements) == []
    anna.post(ADD, typed(form, title="A news item"))
    source = Source.objects.get(title="A news item")
    assert (source.publisher, source.tier, source.language) == ("NATO", "primary", "en")
    assert source.web_address == "https://www.nato.int/cps/en/natohq/news_1.htm"


def test_a_source_that_is_there_already_is_pointed_out_and_not_forbidden(at, world):
    anna = at("anna")
    form = anna.get(ADD, {"from": "http://www.example.org/topic/?utm_source=x"})
    assert f'<a href="{address(world.nato_topic)}"' in form.content.decode()
    fields = typed(form, title="The topic again", slug="again")
    page = anna.post(ADD, fields)
    assert "This looks like a source that is there already." in page.content.decode()
    assert f'<a href="{address(world.nato_topic)}"' in page.content.decode()
    assert not Source.objects.filter(slug="again").exists()
    again = typed(page)
    assert again["title"] == ["The topic again"]  # nothing typed is lost
    anna.post(ADD, again | {"keep_both": ["1"]})
    assert Source.objects.filter(slug="again").exists()


def test_title_and_publisher_make_a_twin_too(at, world):
    assert twins(title="topic PAGE", publisher="nato") == [world.nato_topic]
    assert twins(title="Topic page", publisher="Another") == []
    assert twins(title="Topic page", publisher="NATO", exclude=world.nato_topic.pk) == []
    page = at("anna").post(ADD, typed(at("anna").get(ADD), title="Topic page", publisher="NATO", slug="second"))
    assert "This looks like a source" in page.content.decode()


def test_an_old_source_is_saved_without_being_asked_again(at, world):
    save(Source(slug="second", title="Topic page", publisher="NATO"))
    anna = at("anna")
    anna.post(address(world.second), typed(anna.get(address(world.second)), author="Somebody"))
    assert world.second.author == "Somebody"
