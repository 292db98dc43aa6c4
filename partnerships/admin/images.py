from partnerships.models import Rendition

from .base import KindAdmin
from .rows import RowInline


class RenditionInline(RowInline):
    """What was made of the original: shown, never edited."""

    model = Rendition
    fields = ("file", "media_type", "width", "height", "bytes")
    readonly_fields = fields
    can_delete = False

    def has_add_permission(self, request, obj):
        return False


class ImageAdmin(KindAdmin):
    columns = ("alt", "credit", "licence")
    filters = ("decorative",)
    found_by = ("alt", "credit")
    facts = ("alt", "decorative", ("credit", "licence"), ("focal_x", "focal_y"), "original")
    rows = (RenditionInline,)

    def get_readonly_fields(self, request, obj=None):
        return ("original",)
