from partnerships.publishing.feed import sync

from ._base import PortalCommand


class Command(PortalCommand):
    help = "Applies what the log has and the published database hasn't. Every publication does this by itself."

    def handle(self, *args, **options):
        self.stdout.write(f"{sync()} entries applied.")
