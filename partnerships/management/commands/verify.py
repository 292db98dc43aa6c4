from django.core.management.base import CommandError

from partnerships.editorial import audit
from partnerships.publishing.rebuild import faults

from ._base import PortalCommand


class Command(PortalCommand):
    help = "Proves that the log is unbroken, every document is what its digest says, and what is public is what the log says."

    def handle(self, *args, **options):
        found = [*faults(), *audit.faults()]
        for sentence in found:
            self.stderr.write(sentence)
        if found:
            raise CommandError(f"{len(found)} faults found.")
        self.stdout.write(
            "All is well: both logs are unbroken, and documents and the published database agree with them."
        )
