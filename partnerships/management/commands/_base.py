"""What the portal's commands share: refusals end them with a sentence, not with a traceback."""

from django.core.management.base import BaseCommand, CommandError

from partnerships.models import KINDS, Record
from partnerships.publishing.feed import Refusal, Stuck


class PortalCommand(BaseCommand):
    """A command that says refusals as sentences."""

    def execute(self, *args, **options):
        try:
            return super().execute(*args, **options)
        except (Refusal, Stuck) as refusal:
            raise CommandError(str(refusal)) from refusal

    def records(self, labels: list[str]) -> list[Record]:
        """The working copies that "kind/slug" labels name."""
        found = []
        for label in labels:
            kind, _, slug = label.partition("/")
            record = Record.objects.filter(kind=kind, slug=slug).first()
            if kind not in KINDS or record is None:
                raise CommandError(f"There is no record “{label}”. Write kind/slug, for example partner/malta.")
            found.append(record)
        return found
