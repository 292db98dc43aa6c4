import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from partnerships.publishing.feed import Refusal
from partnerships.publishing.following import Away, Origin, follow
from partnerships.publishing.upgrades import TooNew
from portal import media

LONGEST = 600
"""Seconds between two attempts while the other portal is away, at most."""


class Command(BaseCommand):
    help = "Keeps this mirror as another portal is, by its change stream."

    def add_arguments(self, parser):
        parser.add_argument("url", help="of the portal that is followed")
        parser.add_argument("--once", action="store_true", help="apply what there is, and end")
        parser.add_argument("--every", type=int, default=60, metavar="SECONDS", help="how often to ask (60)")

    def handle(self, *args, **options):
        if settings.ROLE != "mirror":
            raise CommandError("Only a mirror (PORTAL_ROLE=mirror) follows another portal.")
        wait = every = max(1, options["every"])
        try:
            origin = Origin(options["url"])
            while True:
                try:
                    if (applied := follow(origin)) or options["once"]:
                        self.stdout.write(f"{applied} entries applied.")
                        self.stdout.flush()
                    wait = every
                except (Away, media.Unreachable) as away:
                    if options["once"]:
                        raise CommandError(str(away)) from away
                    wait = min(wait * 2, max(every, LONGEST))
                    self.stderr.write(f"{away} The next attempt is in {wait} seconds.")
                if options["once"]:
                    return
                time.sleep(wait)
        except (Refusal, TooNew) as refusal:
            raise CommandError(str(refusal)) from refusal
