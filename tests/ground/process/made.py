"""Cards to test with: a small sound one as text, and the shipped ones."""

from pathlib import Path

import bihuan.service.cases
from bihuan.ground.process.card import Card
from bihuan.ground.process.reading import read_card, read_card_file

SHIPPED = sorted((Path(bihuan.service.cases.__file__).parent / "cards").glob("*.toml"))

PLACE = """
[places.{name}]
title_zh = "{name}"
title_en = "{name}"
guide_zh = "指引"
guide_en = "guide"
standard_zh = "标准"
standard_en = "standard"
stage = "received"
"""
HEAD = """
name = "small"
version = 1
kind = "repair"
title_zh = "小"
title_en = "small"
starts_at = "begun"
ends = ["over"]
"""
MOVES = """
[moves.work]
title_zh = "做"
title_en = "work"
leaves = ["begun"]
reaches = "under_way"
needs = ["arrived"]
allowed_to = ["technician"]

[moves.end]
title_zh = "完"
title_en = "end"
leaves = ["under_way"]
reaches = "over"
unticks = ["arrived"]
allowed_to = ["technician", "system"]
asks_reason = true
outcome = "finished"

[reopens.again]
title_zh = "再"
title_en = "again"
leaves = ["over"]
reaches = "begun"
allowed_to = ["supervisor"]
"""
PLACES = "".join(PLACE.format(name=name) for name in ("begun", "under_way", "over"))
SMALL = HEAD + PLACES + MOVES


def small() -> Card:
    return read_card(SMALL)


def shipped() -> list[Card]:
    return [read_card_file(path) for path in SHIPPED]
