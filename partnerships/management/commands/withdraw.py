from partnerships.editorial.permissions import may
from partnerships.editorial.publication import withdraw
from partnerships.publishing.feed import Refusal
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
        if not may(user, "take_down" if options["take_down"] else "withdraw"):
            raise Refusal(f"The account {user.get_username()} can't do that.")
        for entry in withdraw(records, by=user.get_username(), note=options["note"], action=action):
            self.stdout.write(f"{entry.seq}: {entry.kind}/{entry.slug} {entry.get_action_display()}")
