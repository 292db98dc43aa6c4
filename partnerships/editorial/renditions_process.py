"""Makes the renditions of one picture. Runs as a process of its own, because decoding is what hostile files aim at.

It knows Pillow and nothing of the portal: no settings, no database, no environment. What it prints is JSON: the files it
made, or the sentence why it refuses. Every file is made from pixels alone and named by the SHA-256 of its bytes.
"""

from __future__ import annotations

import errno
import hashlib
import json
import resource
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps, PngImagePlugin

KINDS = {"JPEG": ("jpg", "jpeg"), "PNG": ("png",), "WEBP": ("webp",)}
"""What is taken, and the endings that its files may have."""
MARKS = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n", "WEBP": b"RIFF"}
WIDTHS = (400, 800, 1600)
CARD = (800, 450)
MEMORY, SECONDS = 512 * 2**20, 10


class Refused(Exception):
    """The file can't be taken. The message is a sentence for the editor."""


def kind_of(start: bytes, name: str) -> str:
    """What a file is by its first bytes; its name's ending has to say the same. Raises Refused."""
    kind = next((kind for kind, mark in MARKS.items() if start.startswith(mark)), "")
    if not kind or (kind == "WEBP" and start[8:12] != b"WEBP"):
        raise Refused("This is no JPEG, PNG or WebP picture. Save it as one of these and choose it again.")
    ending = name.rpartition(".")[2].lower()
    if "." not in name or ending not in KINDS[kind]:
        raise Refused(
            f"The file is a {kind} picture, but its name ends otherwise. Name it .{KINDS[kind][0]} if that is what it is."
        )
    return kind


def pixels(source: Path, name: str, most_pixels: int, most_side: int) -> Image.Image:
    """The picture, upright, decoded; every limit is checked before the pixels are. Raises Refused."""
    with source.open("rb") as file:
        kind = kind_of(file.read(16), name)
    Image.MAX_IMAGE_PIXELS = most_pixels
    PngImagePlugin.MAX_TEXT_MEMORY = 2**20
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(source, formats=tuple(KINDS)) as opened:
                if opened.format != kind:  # MPO, which Pillow finds inside JPEG
                    raise Refused("The file holds several pictures in one. Save the one you mean as a plain JPEG.")
                width, height = opened.size
                if width * height > most_pixels or max(width, height) > most_side:
                    raise Refused(
                        f"The picture has {width} × {height} pixels; at most {most_pixels // 10**6} million, and "
                        f"{most_side} on a side, are taken. Make it smaller and choose it again."
                    )
                if getattr(opened, "n_frames", 1) != 1:
                    raise Refused("The picture moves. Only still pictures are taken: save one frame of it.")
                opened.load()
                upright = ImageOps.exif_transpose(opened)
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(f"The picture has more than {most_pixels // 10**6} million pixels. Make it smaller.") from None
    except MemoryError:
        raise Refused("The picture needs more memory than is given to it. Make it smaller.") from None
    except Exception as error:  # whatever a decoder stumbles over: the file is at fault, and the editor is told so
        raise Refused("The picture is damaged or cut short: it can't be read to its end.") from error
    return upright.convert("RGBA" if upright.has_transparency_data else "RGB")


def window(size: tuple[int, int], shape: tuple[int, int], focus: tuple[int, int]) -> tuple[int, int, int, int]:
    """The largest part of a picture that has a shape, its middle as near to the focal point (in percent) as it goes."""
    width, height = size
    wide = min(width, height * shape[0] // shape[1]) or 1
    tall = min(height, width * shape[1] // shape[0]) or 1
    left = min(max(round(width * focus[0] / 100 - wide / 2), 0), width - wide)
    top = min(max(round(height * focus[1] / 100 - tall / 2), 0), height - tall)
    return left, top, left + wide, top + tall


def sizes(picture: Image.Image, focus: tuple[int, int]) -> list[Image.Image]:
    """The fixed set: some widths, none larger than the picture, and a card that keeps the focal point."""
    widths = [width for width in WIDTHS if width < picture.width]
    widths += [picture.width] if picture.width <= WIDTHS[-1] else []
    made = [picture.resize((width, max(1, round(picture.height * width / picture.width)))) for width in widths]
    part = picture.crop(window(picture.size, CARD, focus))
    made.append(part.resize(CARD if part.width >= CARD[0] else part.size))
    return made


def encoded(picture: Image.Image) -> list[tuple[str, str, bytes]]:
    """A picture as (ending, media type, bytes) in each format; what stood beside the pixels is left behind."""
    plain = Image.new(picture.mode, picture.size)
    plain.paste(picture)
    last = ("png", "PNG", {"optimize": True}) if picture.mode == "RGBA" else ("jpg", "JPEG", {"quality": 82})
    formats = [
        ("avif", "AVIF", {"quality": 60, "speed": 8, "max_threads": 1}),
        ("webp", "WEBP", {"quality": 80, "method": 4}),
        last,
    ]
    files = []
    for ending, form, options in formats:
        buffer = BytesIO()
        plain.save(buffer, form, **options)
        files.append((ending, f"image/{form.lower()}", buffer.getvalue()))
    return files


def name_of(data: bytes, ending: str) -> str:
    """The name of a file: the digest of its bytes."""
    return f"{hashlib.sha256(data).hexdigest()}.{ending}"


@contextmanager
def room() -> Iterator[None]:
    """Inside, a full disk is a sentence: Refused."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Refused(
            "The portal's disk has no room for this picture. Nothing was saved; tell whoever keeps the portal running."
        ) from None


def make(
    source: Path, name: str, folder: Path, focus: tuple[int, int], most_pixels: int, most_side: int
) -> list[dict[str, str | int]]:
    """All renditions of a picture, written to a folder. Raises Refused."""
    picture = pixels(source, name, most_pixels, most_side)
    made: dict[str, dict[str, str | int]] = {}
    for one in sizes(picture, focus):
        for ending, media_type, data in encoded(one):
            file = name_of(data, ending)
            with room():
                (folder / file).write_bytes(data)
            made[file] = {
                "file": file,
                "media_type": media_type,
                "width": one.width,
                "height": one.height,
                "bytes": len(data),
            }
    return list(made.values())


def main(arguments: list[str]) -> None:
    source, name, folder, *numbers = arguments
    across, down, most_pixels, most_side = map(int, numbers)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    said: dict[str, object]
    try:
        said = {"made": make(Path(source), name, Path(folder), (across, down), most_pixels, most_side)}
    except Refused as refusal:
        said = {"refused": str(refusal)}
    print(json.dumps(said))


if __name__ == "__main__":
    main(sys.argv[1:])
