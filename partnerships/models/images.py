"""Images: one original, and renditions made once and named by their content."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models

from .base import Kind, Row

RENDITION_NAME = re.compile(r"[0-9a-f]{64}\.(avif|webp|jpg|png)")
INERT = "default-src 'none'; sandbox"
"""The content policy of a picture's file: whoever opens it by itself sees a picture, and nothing runs."""
FILE_NAME = re.compile(r"[^\s/]+\.(jpe?g|png|webp|gif|avif|tiff?|heic)", re.IGNORECASE)


class Image(Kind):
    """A picture with what must be said of it. The original is private; only renditions are published."""

    plural = "images"
    owns = ("renditions",)

    original = models.CharField(
        "original file", max_length=100, blank=True, editable=False, help_text="Named by its content."
    )
    alt = models.CharField(
        "alternative text", max_length=300, blank=True, help_text="What a reader who can't see it must know."
    )
    decorative = models.BooleanField(default=False, help_text="The picture carries no information: it needs no text.")
    credit = models.CharField(max_length=200)
    licence = models.CharField(max_length=120)
    focal_x = models.PositiveSmallIntegerField(
        "focal point, % from the left", default=50, validators=[MaxValueValidator(100)]
    )
    focal_y = models.PositiveSmallIntegerField(
        "focal point, % from the top", default=50, validators=[MaxValueValidator(100)]
    )

    def clean(self):
        super().clean()
        if not self.alt and not self.decorative:
            raise ValidationError({"alt": "Describe the picture, or mark it as decorative."})
        if FILE_NAME.fullmatch(self.alt):
            raise ValidationError({"alt": "This is a file's name. Say what the picture shows."})


class Rendition(Row):
    """One size and format of an image. The file's name is the digest of its bytes, so the name is all there is to check."""

    owner = "image"

    image = models.ForeignKey(Image, models.CASCADE, related_name="renditions")
    file = models.CharField(max_length=100)
    media_type = models.CharField(max_length=20)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.width} × {self.height}, {self.media_type}"
