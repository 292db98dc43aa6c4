import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import CommandError

from ._base import PortalCommand

CAST = ("author", "reviewer", "publisher")


class Command(PortalCommand):
    help = "Adds an author, a reviewer and a publisher for trying the desk out, and prints their passwords. Local mode only."

    def handle(self, *args, **options):
        if not settings.LOCAL_MODE:
            raise CommandError(
                "The cast is for trying the portal out on one's own machine; this one is served to others."
            )
        people = get_user_model()
        for name in CAST:
            person, made = people.objects.get_or_create(username=name, defaults={"is_staff": True})
            if made:
                password = secrets.token_urlsafe(12)
                person.set_password(password)
                person.save()
                self.stdout.write(f"{name}: {password}")
            else:
                self.stdout.write(f"{name} is there already; manage.py changepassword {name} sets a new password.")
