from partnerships.editorial.reports import forget_contacts

from ._base import PortalCommand


class Command(PortalCommand):
    help = "Deletes the addresses that readers left with reports, once they are old. The worker does it every day."

    def handle(self, *args, **options):
        self.stdout.write(f"Addresses deleted: {forget_contacts()}.")
