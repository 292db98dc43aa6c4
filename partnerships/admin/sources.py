"""Sources at the desk: added by their address, and pointed out where one is there already."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from partnerships.editorial.sources import NoAddress, prefilled, twins
from partnerships.models import Source

from .addresses import address
from .base import KindAdmin, KindForm
from .columns import day
from .filters import LinksFilter


def listed(sources: list[Source]) -> SafeString:
    """Sources as links that open beside the form, so that nothing typed is lost."""
    line = '<li><a href="{}" target="_blank" rel="noopener">{}</a>{}</li>'
    rows = ((address(one), one.title, f", {one.publisher}" if one.publisher else "") for one in sources)
    return format_html("<ul>{}</ul>", format_html_join("", line, rows))


class SourceForm(KindForm):
    """A source. One that looks like another is saved once the editor has seen the other and says that they are two."""

    def clean(self):
        cleaned = super().clean()
        asked = {"web_address", "title", "publisher"} & set(self.changed_data)
        if self.errors or not asked or "keep_both" in self.data:
            return cleaned
        others = twins(
            address=cleaned.get("web_address", ""),
            title=cleaned.get("title", ""),
            publisher=cleaned.get("publisher", ""),
            exclude=self.instance.pk,
        )
        if others:
            said = format_html(
                '<div class="twins">{}{}<label><input type="checkbox" name="keep_both" value="1"> {}</label></div>',
                "This looks like a source that is there already. Cite that one, or merge the two later.",
                listed(others),
                "They are two works: save this one as well.",
            )
            raise ValidationError(said, code="twins")
        return cleaned


class SourceAdmin(KindAdmin):
    form = SourceForm
    columns = ("publisher", "when", "tier")
    filters = ("tier", "language", LinksFilter)
    found_by = ("publisher", "author", "web_address")
    date_hierarchy = "published_earliest"
    facts = (
        ("publisher", "author"),
        "web_address",
        "archive_address",
        ("published", "retrieved_on", "tier"),
        ("language", "licence"),
    )

    when = day("published", "published", "published_earliest")

    def get_changeform_initial_data(self, request):
        """A form that is opened with an address (`from`) holds what the address tells, and says which source has it already."""
        if not (given := request.GET.get("from", "").strip()):
            return super().get_changeform_initial_data(request)
        try:
            values = prefilled(given)
        except NoAddress as error:
            self.message_user(request, str(error), messages.WARNING)
            return {"web_address": given[:500]}
        if others := twins(address=values.get("web_address", "")):
            said = format_html("This address is that of a source which is there already: {}", listed(others))
            self.message_user(request, said, messages.WARNING)
        return values
