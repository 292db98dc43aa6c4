from pathlib import Path

from partnerships.editorial import backup

from ._base import PortalCommand


class Command(PortalCommand):
    help = (
        "Writes both databases and all pictures to one file, while the portal runs; `restore` puts it back. With --keep, "
        "FILE is a folder: the file is named by the moment, and the oldest files named so are deleted."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="a file that isn't there yet; with --keep, a folder")
        parser.add_argument("--keep", type=int, metavar="N", help="keep the newest N backups of the folder")

    def handle(self, *args, **options):
        target = options["file"].absolute()
        if options["keep"] is None:
            manifest = backup.backup(target)
        else:
            target, manifest = backup.backup_into(target, options["keep"])
        if missing := manifest["missing_files"]:
            self.stderr.write(f"{len(missing)} files of pictures are named and aren't there, the first: {missing[0]}.")
        pictures = sum(not member["name"].startswith("databases/") for member in manifest["members"])
        self.stdout.write(
            f"{target}: the log up to entry {manifest['log_head']}, {manifest['counts']['records']} records, "
            f"{pictures} files of pictures."
        )
