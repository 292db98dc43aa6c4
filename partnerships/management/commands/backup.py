from pathlib import Path

from partnerships.editorial import backup

from ._base import PortalCommand


class Command(PortalCommand):
    help = "Writes both databases and all pictures to one file, while the portal runs. `restore` puts it back."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="a file that isn't there yet")

    def handle(self, *args, **options):
        manifest = backup.backup(options["file"].absolute())
        if missing := manifest["missing_files"]:
            self.stderr.write(f"{len(missing)} files of pictures are named and aren't there, the first: {missing[0]}.")
        pictures = sum(not member["name"].startswith("databases/") for member in manifest["members"])
        self.stdout.write(
            f"{options['file']}: the log up to entry {manifest['log_head']}, {manifest['counts']['records']} records, "
            f"{pictures} files of pictures."
        )
