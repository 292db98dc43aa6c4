from partnerships.editorial import uploads

from ._base import PortalCommand


class Command(PortalCommand):
    help = "Deletes files of pictures that no working copy, revision or publication lists."

    def handle(self, *args, **options):
        with uploads.steady():
            found = uploads.orphans()
            uploads.delete(found)
        self.stdout.write(f"{len(found)} files deleted.")
