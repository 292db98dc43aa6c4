from django.core.management.base import CommandError

from partnerships.publishing.synthetic import EDITIONS, PARTICIPANTS, grow

from ._base import PortalCommand


class Command(PortalCommand):
    help = (
        f"Fills an empty portal with made-up content for measuring: {EDITIONS:,} editions of exercises with "
        f"{EDITIONS * PARTICIPANTS:,} participants and as many citations as editions. Refuses where anything is there."
    )

    def add_arguments(self, parser):
        parser.add_argument("--scale", type=float, default=1.0, help="0.01: a hundredth of it.")

    def handle(self, *args, **options):
        if not 0 < options["scale"] <= 10:
            raise CommandError("The scale is a number above 0 and at most 10; 1 is full size.")
        self.stdout.write(f"Made up and published: {grow(options['scale']):,} entries.")
