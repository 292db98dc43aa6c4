from django.conf import settings

from ._base import PortalCommand

PAST = {
    "made_answers": ("answers in `made_seconds`", "429, and when to ask again"),
    "made_seconds": ("seconds", "the count begins anew"),
    "page_size": ("rows", "the next page has them"),
    "page_size_most": ("rows", "400, naming the parameter"),
    "query_length": ("characters", "400, naming the parameter"),
    "query_words": ("words", "400, naming the parameter"),
    "search_candidates": ("records", "others aren't looked at, and the answer says so"),
    "parameter_length": ("characters", "400, naming the parameter"),
    "cursor_length": ("characters", "400, naming the parameter"),
    "stream_length": ("characters", "the next page of the stream has them"),
    "editions": ("past editions", "the one unasked for longest is deleted, and made again when asked for"),
    "editions_bytes": ("bytes", "the one unasked for longest is deleted, and made again when asked for"),
    "edition_seconds": ("seconds", "503 until a process of its own has made the past edition"),
    "snapshot_bytes": ("bytes", "the file is refused with a sentence"),
    "follow_bytes": ("bytes", "the mirror stops with a sentence"),
    "follow_seconds": ("seconds", "the mirror tries again later"),
    "owned_rows": ("rows", "the form comes back with a sentence"),
    "autosave_length": ("characters", "what is typed is no longer kept while typing; saving works"),
    "autosaves": ("tabs of one person and form", "what the oldest tab kept is forgotten"),
    "text_length": ("characters", "the form comes back with a sentence"),
    "import_rows": ("records", "the file is refused with a sentence"),
    "import_bytes": ("bytes", "the file is refused with a sentence"),
    "session_idle": ("seconds", "signed out"),
    "session_life": ("seconds", "signed out"),
    "link_life": ("seconds", "the link no longer opens"),
    "preview_days": ("days", "refused with a sentence"),
    "report_length": ("characters", "the form comes back with a sentence"),
    "reports_per_hour": ("reports of one address", "429, and when to try again"),
    "contact_days": ("days", "the reader's address is forgotten"),
    "image_bytes": ("bytes", "the file is refused with a sentence"),
    "image_pixels": ("pixels", "the file is refused with a sentence"),
    "image_side": ("pixels", "the file is refused with a sentence"),
}
"""Of each limit: its unit, and what happens past it."""


class Command(PortalCommand):
    help = "Prints every limit: its name, value and unit, and what happens past it."

    def handle(self, *args, **options):
        for name, value in settings.LIMITS.items():
            unit, past = PAST[name]
            self.stdout.write(f"{name:<18} {value:>12_} {unit:<26} {past}")
