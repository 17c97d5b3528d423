"""Posters and sheets of stickers in type: what stands on them in, PDF or a picture of the first page out."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import noto_cjk_sans_otc
import segno
import typst

MASK = 3
FOLDER = Path(__file__).parent / "print"
_one_at_a_time = Lock()


@dataclass(frozen=True, kw_only=True)
class Size:
    """A sheet of stickers, A4; lengths in mm, `font` in points."""

    columns: int
    rows: int
    width: float
    height: float
    side: float
    font: float
    margin_x: float = 0.0
    margin_y: float = 0.0

    @property
    def on_a_sheet(self) -> int:
        return self.columns * self.rows


SIZES: dict[str, Size] = {
    "24": Size(columns=3, rows=8, width=70, height=37, side=29, font=7.5, margin_y=0.4),
    "40": Size(columns=4, rows=10, width=52.5, height=29.6, side=22, font=5.5, margin_y=0.4),
    "8": Size(columns=2, rows=4, width=105, height=74.2, side=46, font=11, margin_y=0.1),
    "12": Size(columns=2, rows=6, width=105, height=49.4, side=40, font=10, margin_y=0.2),
}


@dataclass(frozen=True, kw_only=True)
class Printed:
    """One code: what its square opens, the code for people to type, the lines beside it."""

    address: str
    code: str
    lines: Sequence[str] = ()


def pdf_of(what: str, told: dict[str, Any], codes: Sequence[Printed]) -> bytes:
    """`what`: poster, or one of SIZES. `told`: the words, see `codes.typ`."""
    return _set(what, told, codes, form="pdf")


def picture_of(what: str, told: dict[str, Any], codes: Sequence[Printed]) -> bytes:
    """The first page as PNG."""
    first = codes[: SIZES[what].on_a_sheet] if what in SIZES else codes
    return _set(what, told, first, form="png")


def _set(what: str, told: dict[str, Any], codes: Sequence[Printed], *, form: Literal["pdf", "png"]) -> bytes:
    data: dict[str, Any] = {
        **told,
        "what": "stickers" if what in SIZES else "poster",
        "codes": [
            {"square": square(one.address), "code": one.code, "lines": list(one.lines)} for one in codes
        ],
    }
    if what in SIZES:
        size = SIZES[what]
        data |= {
            "columns": size.columns,
            "width": size.width,
            "height": size.height,
            "side": size.side,
            "font": size.font,
            "margin_x": size.margin_x,
            "margin_y": size.margin_y,
        }
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    with _one_at_a_time:
        made = _compiler().compile(sys_inputs=inputs, format=form, ppi=60.0)
    assert isinstance(made, bytes)
    return made


def square(address: str) -> str:
    """The square code as SVG; a quarter of it may be scratched off. One pattern of the eight is as readable as another
    for addresses as short as ours, and to weigh them all takes five times as long."""
    drawn = io.BytesIO()
    made = segno.make(address, error="q", micro=False, mask=MASK, boost_error=False)
    made.save(drawn, kind="svg", border=1, dark="#000")
    return drawn.getvalue().decode()


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    """One compiler for the life of the process, made when somebody prints first."""
    fonts = Path(noto_cjk_sans_otc.__file__).parent
    return typst.Compiler(FOLDER / "codes.typ", root=FOLDER, font_paths=[fonts], ignore_system_fonts=True)
