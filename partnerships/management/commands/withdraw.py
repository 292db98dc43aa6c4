from partnerships.editorial.publication import withdraw_for
from partnerships.publishing.models import Action

from ._base import PortalCommand


class Command(PortalCommand):
    help = "Withdraws records from the public edition, together: all of them, or none."

    def add_arguments(self, parser):
        parser.add_argument("records", nargs="+", metavar="kind/slug")
        parser.add_argument("--by", required=True, help="The account in whose name: the log says so.")
        parser.add_argument("--note", required=True, help="Why: this stands in the place of the record.")
        parser.add_argument(
            "--take-down",
            action="store_true",
            help="Delete every version for good (privacy, law, danger), not only retract.",
        )

    def handle(self, *args, **options):
        action = Action.TAKE_DOWN if options["take_down"] else Action.RETRACT
        user, records = self.person(options["by"]), self.records(options["records"])
        for entry in withdraw_for(user, records, note=options["note"], action=action):
            self.stdout.write(f"{entry.seq}: {entry.kind}/{entry.slug} {entry.get_action_display()}")
