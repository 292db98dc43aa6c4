from partnerships.admin.digest import send_digests

from ._base import PortalCommand


class Command(PortalCommand):
    help = "Sends everybody of the desk what waits for them, once a day however often it is run."

    def handle(self, *args, **options):
        self.stdout.write(f"Messages sent: {send_digests()}.")
