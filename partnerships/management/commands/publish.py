from partnerships.editorial.publication import needed, publish_for
from partnerships.publishing.models import ChangeKind

from ._base import PortalCommand


class Command(PortalCommand):
    help = "Publishes records together, as the account named may: all of them, or none."

    def add_arguments(self, parser):
        parser.add_argument("records", nargs="+", metavar="kind/slug")
        parser.add_argument("--by", required=True, help="The account in whose name: the log says so.")
        parser.add_argument(
            "--kind", default="", choices=["", *ChangeKind.values], help="Why: needed unless it is the first."
        )
        parser.add_argument("--note", default="", help="A sentence for the public.")
        parser.add_argument("--wrong", default="", help="Of a correction: what was wrong.")
        parser.add_argument("--with-needed", action="store_true", help="Publish along what the records point at.")

    def handle(self, *args, **options):
        records = self.records(options["records"])
        if options["with_needed"]:
            records += needed(records)
        entries = publish_for(
            self.person(options["by"]),
            records,
            change_kind=options["kind"],
            note=options["note"],
            wrong=options["wrong"],
        )
        for entry in entries:
            self.stdout.write(f"{entry.seq}: {entry.kind}/{entry.slug} published")
        if not entries:
            self.stdout.write("Nothing to publish: what is public is the newest revision.")
