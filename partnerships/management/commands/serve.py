import errno
import os
import secrets
import shutil
import socket
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections, transaction

from portal import sqlite
from portal.static_files import Gathering

from ._base import PortalCommand


class Command(PortalCommand):
    help = (
        "Sets the portal up as far as it isn't yet (both databases, the content, an administrator) and serves it with the "
        "production server. Interrupted at any point and started again, it completes."
    )

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--workers", type=int, default=1)

    def handle(self, *args, **options):
        host, port = options["host"], options["port"]
        self.check_port(host, port, f"make run PORT={port + 1}")
        if settings.METRICS_ADDRESS:
            if settings.METRICS_ADDRESS[1] == port:
                raise CommandError(f"METRICS_ADDRESS names port {port}, at which the portal itself is served.")
            self.check_port(*settings.METRICS_ADDRESS, "METRICS_ADDRESS")
        gathering = None if settings.HASHED_STATIC or settings.DEBUG else Gathering(settings.VAR_DIR / "static")
        if settings.ROLE != "public":
            self.set_up()
        if gathering and gathering.done():
            os.environ["HASHED_STATIC"] = "1"
        origin = f"http://localhost:{port}/" if settings.LOCAL_MODE else f"{settings.SITE_ORIGIN}/"
        self.stdout.write(self.databases_in_use())
        self.stdout.write(f"The portal: {origin}")
        if settings.HAS_PUBLIC:
            self.stdout.write(f"The API:    {origin}api/v1/")
        if settings.HAS_EDITORIAL:
            self.stdout.write(f"The desk:   {origin}admin/")
        self.stdout.flush()
        connections.close_all()
        if settings.METRICS_ADDRESS:
            shutil.rmtree(settings.METRICS_FOLDER, ignore_errors=True)  # counts begin with the service
        os.environ.setdefault("PORT", str(port))
        command = [
            sys.executable, "-m", "granian", "portal.wsgi:application", "--interface", "wsgi", "--host", host,
            "--port", str(port), "--workers", str(options["workers"]), "--blocking-threads", "4", "--no-ws", "--http", "1",
            "--respawn-failed-workers", "--log-level", "warning",
        ]  # fmt: skip
        os.execv(sys.executable, command)  # noqa: S606 (no shell is wanted)

    def check_port(self, host: str, port: int, another: str) -> None:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                said = {
                    errno.EADDRINUSE: f"Port {port} is in use. Stop what uses it, or choose another: {another}",
                    errno.EACCES: f"Port {port} needs rights that this account doesn't have. Choose one above 1023.",
                }.get(error.errno, f"{host}:{port} can't be served: {error.strerror}.")
                raise CommandError(said) from error

    def set_up(self) -> None:
        call_command("migrate", verbosity=0)
        if not settings.HAS_EDITORIAL:
            return
        from partnerships.publishing.feed import sync

        if applied := sync():
            self.stdout.write(f"{applied} entries of the log were waiting and are public now.")
        call_command("load_content", if_empty=True, stdout=self.stdout)
        self.make_administrator()

    def make_administrator(self) -> None:
        from django.contrib.auth import get_user_model

        people = get_user_model()
        if people.objects.exists():
            return
        password = secrets.token_urlsafe(15)
        with transaction.atomic():
            people.objects.create_superuser("admin", password=password)
            # Said before it is kept: interrupted in between, the next start makes and says another.
            self.stdout.write(
                f"First start: an administrator was made. Name: admin  Password: {password}  (shown only now)"
            )
            self.stdout.flush()

    def databases_in_use(self) -> str:
        if any(
            connections[alias].vendor == "sqlite" for alias in connections if connections[alias].settings_dict["NAME"]
        ):
            return sqlite.in_force()
        return "PostgreSQL for both databases"
