"""Square codes that a phone scans from a page."""

import io

import segno
from django.http import HttpResponse


def square_code(address: str, *, scale: int) -> HttpResponse:
    """The code of an address as a picture; `scale` is the width of a dot in pixels. Its ground is light on a dark page
    too, or no camera reads it."""
    drawn = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(drawn, kind="svg", border=2, scale=scale, light="white")
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")
