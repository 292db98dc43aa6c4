"""Images: the library with its thumbnails, and the form on which a picture is uploaded and its focal point picked."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html

from partnerships.editorial import uploads
from partnerships.editorial.permissions import may
from partnerships.models import Image, Rendition
from partnerships.models.images import INERT, RENDITION_NAME
from partnerships.publishing.log import EDITORIAL
from portal import media

from .base import KindAdmin, KindForm
from .rows import RowInline


class RenditionInline(RowInline):
    """What was made of the original: shown, never edited."""

    model = Rendition
    fields = ("file", "media_type", "width", "height", "bytes")
    readonly_fields = fields
    can_delete = False

    def has_add_permission(self, request, obj):
        return False


class ImageForm(KindForm):
    """An image. Its renditions are made while the form is checked, so that a bad file is said beside its field."""

    upload = forms.FileField(
        label="Picture",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".jpg,.jpeg,.png,.webp", "class": "drop-here"}),
        help_text="A JPEG, PNG or WebP of at most 20 MB. Choose a file, or drop one here. It replaces the present one.",
    )

    def clean(self):
        cleaned = super().clean()
        self.made = None
        upload, focus = cleaned.get("upload"), (cleaned.get("focal_x"), cleaned.get("focal_y"))
        moved = self.instance.original and {"focal_x", "focal_y"} & set(self.changed_data)
        if self.errors or not (upload or moved):
            return cleaned
        try:
            self.original = uploads.take(upload) if upload else self.instance.original
            self.made = uploads.renditions(self.original, focus)
        except uploads.Refused as refusal:
            self.add_error("upload", ValidationError(str(refusal)))
        except FileNotFoundError:
            self.add_error("upload", "The original is no longer there. Choose the picture again.")
        except media.Unreachable as away:
            said = "Nothing was saved; what you typed is still here."
            self.add_error("upload", f"{away} {said} If you chose a picture, choose it again.")
        return cleaned


class ImageAdmin(KindAdmin):
    form = ImageForm
    columns = ("thumbnail", "alt", "credit", "licence")
    filters = ("decorative",)
    found_by = ("alt", "credit")
    facts = ("upload", "picture", ("focal_x", "focal_y"), "alt", "decorative", ("credit", "licence"), "original")
    rows = (RenditionInline,)

    def get_readonly_fields(self, request, obj=None):
        return ("original", "picture")

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("renditions")

    def save_model(self, request, obj, form, change):
        if form.made is not None:
            obj.original = form.original
        super().save_model(request, obj, form, change)
        if form.made is not None:
            uploads.replace(obj, form.made)

    # Pictures on the desk -----------------------------------------------------------------------------------------------

    @admin.display(description="Picture")
    def thumbnail(self, image: Image) -> str:
        return self._shown(image, "thumb")

    @admin.display(description="As it stands")
    def picture(self, image: Image) -> str:
        return self._shown(image, "focal") or "No picture yet."

    def _shown(self, image: Image, style: str) -> str:
        shown = [row for row in image.renditions.all() if row.media_type == "image/webp"] if image.pk else []
        if not shown:
            return ""
        if style == "focal":  # the widest and tallest is the whole picture; the card's middle is another
            best = max(shown, key=lambda row: (row.width, row.height))
        else:
            best = min(shown, key=lambda row: (row.width, row.height))
        where = reverse("admin:partnerships_image_file", args=[best.file])
        return format_html(
            '<span class="{}"><img src="{}" width="{}" height="{}" alt="{}" loading="lazy"></span>',
            *(style, where, best.width, best.height, image.alt),
        )

    def get_urls(self):
        view = self.admin_site.admin_view(self.file_view)
        return [path("file/<str:name>", view, name="partnerships_image_file"), *super().get_urls()]

    def file_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """A rendition, public or not, for whoever may see records here. Only names that a row lists are looked up."""
        if not may(request.user, "view", Image):
            raise PermissionDenied
        row = Rendition.objects.using(EDITORIAL).filter(file=name).first() if RENDITION_NAME.fullmatch(name) else None
        try:
            file = media.renditions().open(row.file) if row else None
        except FileNotFoundError:
            file = None
        if row is None or file is None:
            raise Http404("There is no such picture.")
        return FileResponse(file, content_type=row.media_type, headers={"Content-Security-Policy": INERT})
