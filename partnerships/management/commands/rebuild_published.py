from partnerships.publishing.rebuild import rebuild

from ._base import PortalCommand


class Command(PortalCommand):
    help = "Makes the published database anew from the log, while readers are served."

    def handle(self, *args, **options):
        self.stdout.write(f"Rebuilt from {rebuild()} entries of the log.")
