import os
from pathlib import Path

from partnerships.publishing.editions import make
from partnerships.publishing.reading import snapshot

from ._base import PortalCommand


class Command(PortalCommand):
    help = "Makes the file of a past edition. The portal calls it itself, where one takes too long to wait for."

    def add_arguments(self, parser):
        parser.add_argument("seq", type=int, help="The last entry of the public log that counts.")
        parser.add_argument("file", type=Path)
        parser.add_argument("lock", type=int, help="The descriptor of the lock that the caller holds.")

    def handle(self, *args, seq, file, lock, **options):
        with os.fdopen(lock, "a+") as held, snapshot():
            make(seq, file, held)
