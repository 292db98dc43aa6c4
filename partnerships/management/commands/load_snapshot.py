from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from partnerships.publishing.feed import Refusal
from partnerships.publishing.loading import load_snapshot
from portal import media


class Command(BaseCommand):
    help = "Fills an empty mirror from a snapshot."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *args, **options):
        if settings.ROLE != "mirror":
            raise CommandError("Only a mirror (PORTAL_ROLE=mirror) takes what others published.")
        try:
            self.stdout.write(f"Loaded up to entry {load_snapshot(options['file'])}.")
        except (Refusal, media.Unreachable) as refusal:
            raise CommandError(str(refusal)) from refusal
