from django.conf import settings
from django.core.management.commands.migrate import Command as Stock


class Command(Stock):
    help = "Brings both databases (or the one given by --database) to the present schema."

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.set_defaults(database=None)

    def get_check_kwargs(self, options):
        return super().get_check_kwargs(options) | {"databases": self.aliases(options)}

    def aliases(self, options) -> list[str]:
        if options["database"]:
            return [options["database"]]
        return ["default", "published"] if settings.HAS_EDITORIAL else ["published"]

    def handle(self, *args, **options):
        if options["database"]:
            return super().handle(*args, **options)
        for alias in self.aliases(options):
            if options["verbosity"] >= 1:
                self.stdout.write(self.style.MIGRATE_HEADING(f"Database: {alias}"))
            super().handle(*args, **options | {"database": alias})
        return None
