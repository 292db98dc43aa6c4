from django.core.management.base import BaseCommand, CommandError

from partnerships.publishing.feed import Refusal
from partnerships.publishing.snapshot import make
from portal import media


class Command(BaseCommand):
    help = "Writes everything that is public, or was at an entry of the log, into one file: a Data Package."

    def add_arguments(self, parser):
        parser.add_argument("--at", type=int, metavar="SEQ", help="the last entry that counts; by default the newest")

    def handle(self, *args, **options):
        try:
            made = make(options["at"])
        except (Refusal, media.Unreachable) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{made.file}\n{made.bytes} bytes, SHA-256 {made.digest}")
