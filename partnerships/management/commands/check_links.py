from partnerships.editorial.links import check_links
from partnerships.editorial.models import LinkState

from ._base import PortalCommand


class Command(PortalCommand):
    help = "Asks for the web addresses of all sources and keeps which of them are broken."

    def handle(self, *args, **options):
        states = check_links()
        broken = [state for state in states if state.status == LinkState.Status.BROKEN]
        for state in broken:
            self.stdout.write(f"{state.address}: {state.note}")
        self.stdout.write(f"{len(states)} addresses asked for, {len(broken)} broken.")
