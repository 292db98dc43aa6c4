"""What the portal's commands share: refusals end them with a sentence, not with a traceback."""

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from partnerships.models import KINDS, Record
from partnerships.publishing.feed import Refusal, Stuck
from portal import media


class PortalCommand(BaseCommand):
    """A command that says refusals as sentences."""

    def execute(self, *args, **options):
        try:
            return super().execute(*args, **options)
        except (Refusal, Stuck, media.Unreachable) as refusal:
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

    def person(self, name: str):
        """The account in whose name the command acts: it may what the account may, and the log says who it was."""
        user = get_user_model()._default_manager.filter(username=name, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active account “{name}”. Name the person who answers for this.")
        return user
