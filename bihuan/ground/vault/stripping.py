"""A picture as others may see it: the same image, drawn anew, without where, when and with what it was taken.

Drawing it anew also leaves out whatever else was hidden in the file. Nothing here knows Django.
"""

import warnings
from io import BytesIO

from PIL import Image, ImageOps

SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")  # no decoder of a stranger's format is tried
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 2560  # pixels; enough to read a label


class NotAPicture(Exception):
    """The bytes are no picture that can be drawn within reason."""


def without_metadata(content: bytes) -> tuple[bytes, str]:
    """The picture drawn anew, upright, and its kind: JPEG, or PNG where something is seen through. NotAPicture for
    what cannot be drawn, or would take too much memory."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _upright(content)
    except NotAPicture:
        raise
    except Exception as fault:  # a decoder may fail in any way on bytes that were made to break it
        raise NotAPicture from fault


def _upright(content: bytes) -> tuple[bytes, str]:
    with Image.open(BytesIO(content), formats=FORMATS) as held:
        if held.width * held.height > MOST_PIXELS:
            raise NotAPicture
        held.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(held)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        return _drawn(upright)


def _drawn(picture: Image.Image) -> tuple[bytes, str]:
    clear = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    plain = picture.convert("RGBA" if clear else "RGB")
    bare = Image.frombytes(plain.mode, plain.size, plain.tobytes())  # what is not the image stays behind
    out = BytesIO()
    if clear:
        bare.save(out, "PNG")
        return out.getvalue(), "image/png"
    bare.save(out, "JPEG", quality=88)
    return out.getvalue(), "image/jpeg"
