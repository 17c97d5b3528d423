"""Pictures that are none: broken inside, larger than any screen, under a false name."""

import os
import struct
import zlib

import pytest

from bihuan.service.fieldwork import photos, quoting
from bihuan.service.fieldwork.errors import PhotoRefused
from bihuan.service.fieldwork.models import Sheet
from bihuan.service.fieldwork.pictures import pixels_of
from bihuan.service.fieldwork.printing import kept_pdf
from bihuan.service.fieldwork.rules import read_signature
from bihuan.service.fieldwork.signing import sign
from tests.makers import settle
from tests.service.fieldwork.made import drawn, png, ready, told

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"


def chunk(sort: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + sort + body + struct.pack(">I", zlib.crc32(sort + body))


def a_png(pixels: bytes, *, width: int = 300, height: int = 120, depth: int = 8, colour: int = 2) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def a_jpeg(width: int, height: int) -> bytes:
    """A head that is sound; what follows is noise."""
    frame = struct.pack(">BHHB", 8, height, width, 3) + bytes(9)
    return JPEG + b"\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame + os.urandom(500)


@pytest.mark.parametrize(
    "content",
    [
        a_png(b"no deflate stream"),
        a_png(zlib.compress(b"\0" * 10)),
        a_png(zlib.compress(bytes(120 * 901))[:-4]),
        a_png(zlib.compress(bytes(120 * 901 + 1))),
        a_png(zlib.compress(bytes(200_000_000), 9)),
        a_png(zlib.compress(bytes(120 * 1801)), depth=16),
        a_png(zlib.compress(bytes(120 * 901)), colour=7),
        a_png(zlib.compress(bytes(120 * 901)), width=10**9, height=10**9),
    ],
)
def test_a_signature_whose_pixels_do_not_come_out_is_none(content: bytes) -> None:
    assert read_signature(drawn(content)) is None


def test_a_signature_whose_pixels_come_out_is_one() -> None:
    for content in (png(), png(1, 1), a_png(zlib.compress(bytes(120 * 1201)), colour=6)):
        assert read_signature(drawn(content)) == content


def test_a_picture_says_how_large_it_is() -> None:
    webp = (
        b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + (299).to_bytes(3, "little") + (119).to_bytes(3, "little")
    )
    assert [pixels_of(one) for one in (png(), a_jpeg(300, 120), webp)] == [36_000] * 3
    for none in (b"", SVG, JPEG, JPEG[:3], b"\xff\xd8\xff\xff\xff", b"RIFF0000WEBPVP8 ", png()[:14]):
        assert pixels_of(none) == 0


@pytest.mark.django_db
def test_only_pictures_are_kept_and_only_printable_ones_as_signed_paper() -> None:
    here = ready()
    for none in (SVG, b"GIF89a" + bytes(50), b"%PDF-1.7", b"", b"MZ" + bytes(50)):
        with pytest.raises(PhotoRefused):
            photos.add_photo(here.work, none, about="before", now=here.now)
    for bomb in (a_png(b"x", width=60_000, height=60_000), a_jpeg(65_000, 65_000), JPEG + bytes(50)):
        with pytest.raises(PhotoRefused, match="cannot be printed"):
            photos.add_photo(here.work, bomb, about="paper", now=here.now)
    assert photos.add_photo(here.work, a_jpeg(4000, 3000), about="paper", now=here.now).media == "image/jpeg"


@pytest.mark.django_db
def test_a_sheet_signed_on_paper_whose_photo_is_broken_inside_is_printed_all_the_same() -> None:
    here = ready()
    by = here.viewer.actor
    made = quoting.quote(here.work, here.prices("labour"), by=by, now=here.now)
    quoting.answer(made, consented=True, how="device", by=by, now=here.now)
    photos.add_photo(here.work, a_jpeg(4000, 3000), about="paper", now=here.now)
    sheet = sign(here.work, told(signature=""), doer=here.doer, now=here.now)
    settle(here.now)
    sheet = Sheet.objects.select_related("case__customer__key").get(id=sheet.id)
    assert kept_pdf(sheet, now=here.now).startswith(b"%PDF-")
