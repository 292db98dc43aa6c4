import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management.base import CommandError

from partnerships.editorial.permissions import AUTHOR, PUBLISHER, REVIEWER

from ._base import PortalCommand

CAST = {"author": AUTHOR, "reviewer": REVIEWER, "publisher": PUBLISHER}


class Command(PortalCommand):
    help = "Adds an author, a reviewer and a publisher for trying the desk out, and prints their passwords. Local mode only."

    def handle(self, *args, **options):
        if not settings.LOCAL_MODE:
            raise CommandError(
                "The cast is for trying the portal out on one's own machine; this one is served to others."
            )
        people = get_user_model()
        for name, role in CAST.items():
            person, made = people.objects.get_or_create(username=name, defaults={"is_staff": True})
            person.groups.add(Group.objects.get_or_create(name=role)[0])
            if made:
                password = secrets.token_urlsafe(12)
                person.set_password(password)
                person.save()
                self.stdout.write(f"{name}: {password}")
            else:
                self.stdout.write(f"{name} is there already; manage.py changepassword {name} sets a new password.")
