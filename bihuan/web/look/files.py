"""Handing files out: as what they are and nothing else, from addresses that run nothing."""

from urllib.parse import quote

from django.http import HttpResponse

_ESCAPED = {"%22": '"', "%0D": "\r", "%0A": "\n"}  # what browsers may not say in a part's head
INERT = "default-src 'none'; sandbox"


def name_said(name: object, *, longest: int = 120) -> str:
    """How a browser calls a file that it sends, with the three signs again that a form writes with percent signs."""
    said = str(name)
    for written, sign in _ESCAPED.items():
        said = said.replace(written, sign)
    return said[:longest]


def as_file(content: bytes, *, media: str, name: str, inline: bool = False) -> HttpResponse:
    """A file nobody's browser may take for anything else. `name` may hold any signs."""
    response = HttpResponse(content, content_type=media)
    plain = "".join(
        sign if sign.isascii() and sign.isprintable() and sign not in '"\\' else "_" for sign in name
    )
    told = f"; filename*=UTF-8''{quote(name, safe='')}" if plain != name else ""
    response["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{plain}"{told}'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = INERT
    response["Cache-Control"] = "private, no-store"
    return response
