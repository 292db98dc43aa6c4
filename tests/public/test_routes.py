"""Every public route has a sample request, and every sample leads to a route."""

from django.urls import resolve

from partnerships.public.urls import urlpatterns

from .samples import SAMPLES, filled

ANYTHING = {
    name: ["x"]
    for name in (
        *("framework", "programme", "region", "partner", "exercise", "institution", "objective", "threat", "activity"),
        *("challenge", "assessment", "casestudy", "milestone", "claim", "source", "page", "word"),
    )
} | {"edition": ["x/y"]}


def test_every_public_route_has_a_sample():
    assert {pattern.name for pattern in urlpatterns} - {"media"} == set(SAMPLES), "a file is no page"


def test_every_sample_leads_to_its_route():
    for route in SAMPLES:
        for address in filled(ANYTHING, [route]):
            assert resolve(address.partition("?")[0]).view_name == route


def test_a_sample_of_every_route_is_filled():
    for route in SAMPLES:
        assert list(filled(ANYTHING, [route])), route
