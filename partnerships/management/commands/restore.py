from pathlib import Path

from django.core.management import call_command
from django.core.management.base import CommandError

from partnerships.editorial import archive, backup

from ._base import PortalCommand


class Command(PortalCommand):
    help = (
        "Puts a backup into an empty place: databases without tables, folders of pictures without files. Ends with 2 when "
        "the archive isn't whole or not ours, with 3 when the place isn't empty, with 1 when anything else is in the way."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--check", action="store_true", help="only read the archive and compare every digest")

    def handle(self, *args, **options):
        try:
            if options["check"]:
                said = archive.check(options["file"])
                self.stdout.write(
                    f"The archive is whole: {len(said['members'])} files, the log up to {said['log_head']}."
                )
                return
            manifest = backup.restore(options["file"])
        except archive.Damaged as damage:
            raise CommandError(str(damage), returncode=2) from damage
        except backup.NotEmpty as refusal:
            raise CommandError(str(refusal), returncode=3) from refusal
        self.stdout.write(f"Restored: the log up to entry {manifest['log_head']}, from {manifest['made']}.")
        if waiting := backup.missing_migrations(manifest):
            self.stdout.write(f"{len(waiting)} migrations are to run: `migrate`, then `sync` and `verify`.")
        else:
            call_command("verify", stdout=self.stdout, stderr=self.stderr)
