from django.utils import timezone

from partnerships.editorial.releases import run_due
from partnerships.editorial.worker import note_run

from ._base import PortalCommand


class Command(PortalCommand):
    help = "Publishes what is due. The server does this by itself; this is for those who prefer a timer."

    def handle(self, *args, **options):
        note_run(timezone.now())
        for one in run_due():
            self.stdout.write(f"{one.title}: {one.get_status_display().lower()}. {one.trouble}")
