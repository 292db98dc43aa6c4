"""Pictures in texts: what a page shows of the images that a text names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.conf import settings
from django.utils.html import format_html, format_html_join
from markupsafe import Markup

from partnerships.models import Image, Rendition, pictures_of
from partnerships.publishing.reading import public

SIZES = "(min-width: 768px) 720px, 100vw"
"""How wide a picture stands in a text: as the text on a wide screen, as the screen on a phone."""
ALIKE = 0.02
"""By how much the shape of a size may differ from the whole picture's: rounding, and not the crop for cards."""


def pictures_in(texts: Iterable[str]) -> dict[UUID, Markup]:
    """The figures of all public images that texts show, by id; what isn't public, or has no file, is missing.

    Two queries; none when the texts have no picture.
    """
    if not (ids := set().union(*(pictures_of(text) for text in texts))):
        return {}
    images = public(Image).filter(pk__in=ids).prefetch_related("renditions")
    found = ((image.pk, list(image.renditions.all())) for image in images)
    named = {image.pk: image for image in images}
    return {pk: figure(named[pk], renditions) for pk, renditions in found if renditions}


def figure(image: Image, renditions: list[Rendition]) -> Markup:
    """A picture in all its sizes, the browser's choice, with room kept for it, its text and whose it is."""
    whole = max(renditions, key=lambda one: one.width * one.height)
    shape = whole.width / whole.height
    alike = [one for one in renditions if abs(one.width / one.height / shape - 1) < ALIKE]
    by_type: dict[str, dict[int, Rendition]] = {}
    for one in sorted(alike, key=lambda one: one.width):
        by_type.setdefault(one.media_type, {})[one.width] = one
    last = next((name for name in by_type if name not in _CHOSEN), next(iter(by_type)))
    sources = [(name, _srcset(by_type[name]), SIZES) for name in _CHOSEN if name in by_type and name != last]
    plain = max(by_type[last].values(), key=lambda one: one.width)
    html = format_html(
        '<figure class="picture"><picture>{}<img src="{}" srcset="{}" sizes="{}" width="{}" height="{}" alt="{}" '
        'loading="lazy" decoding="async"></picture><figcaption>{} · {}</figcaption></figure>',
        format_html_join("", '<source type="{}" srcset="{}" sizes="{}">', sources),
        _address(plain),
        _srcset(by_type[last]),
        SIZES,
        plain.width,
        plain.height,
        "" if image.decorative else image.alt,
        image.credit,
        image.licence,
    )
    return Markup(html)  # noqa: S704 (format_html has escaped what stands in it)


_CHOSEN = ("image/avif", "image/webp")
"""The smaller formats, the smallest first; the other one is there for every browser."""


def _address(one: Rendition) -> str:
    return f"{settings.MEDIA_URL}{one.file}"


def _srcset(by_width: Mapping[int, Rendition]) -> str:
    return ", ".join(f"{_address(one)} {width}w" for width, one in by_width.items())
