import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from partnerships.api.contract import broken
from partnerships.api.schema import openapi

FILE = settings.BASE_DIR / "docs" / "openapi.json"


def text() -> str:
    """The schema as the file has it: of a portal at an address that stands for any."""
    return (
        json.dumps(openapi(), indent=1, ensure_ascii=False).replace(settings.SITE_ORIGIN, "https://portal.example.org")
        + "\n"
    )


class Command(BaseCommand):
    help = (
        "Writes docs/openapi.json, the API's contract. A change that would break somebody who relies on it is refused, unless "
        "the version in the settings goes up."
    )

    def handle(self, *args, **options):
        now = text()
        if FILE.exists():
            before, after = json.loads(FILE.read_text()), json.loads(now)
            sentences = list(broken(before, after))
            if sentences and before["info"]["version"] == after["info"]["version"]:
                raise CommandError("This would break who relies on the API:\n" + "\n".join(sentences))
        FILE.write_text(now)
