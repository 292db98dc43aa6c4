from pathlib import Path

from django.conf import settings

from partnerships.editorial.content import load_content

from ._base import PortalCommand


class Command(PortalCommand):
    help = (
        "Brings the content of fixtures/ into the portal. On one that never published, all of it is published as one "
        "release; later, new and changed records become drafts, and what an editor has touched is left alone and named."
    )

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="*", type=Path, help="Fixture files; all of fixtures/ when none is given.")
        parser.add_argument("--if-empty", action="store_true", help="Do nothing on a portal that has published before.")

    def handle(self, *args, **options):
        from partnerships.publishing.models import LogHead

        if options["if_empty"] and LogHead.objects.get(pk=1).seq:
            return
        files = options["files"] or sorted(settings.FIXTURES_DIR.glob("*.json"))
        report = load_content(files)
        self.stdout.write(
            f"{len(report.created)} records created, {len(report.updated)} updated, {report.unchanged} unchanged, "
            f"{len(report.skipped)} left alone, {report.published} published."
        )
        for title in report.skipped:
            self.stdout.write(f"  left alone, because an editor has changed or removed it: {title}")
