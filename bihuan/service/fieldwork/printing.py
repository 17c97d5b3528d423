"""The service sheet as PDF: the frozen facts set in type by typst. The same facts give the same bytes."""

import io
import json
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from threading import Lock

import noto_cjk_sans_otc
import segno
import typst
from django.db import transaction
from django.utils import translation

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import CLOCK, Fact
from bihuan.ground.vault import files
from bihuan.ground.vault.actions import keys_for
from bihuan.registers.access.errors import NotFound
from bihuan.service.fieldwork.events import SheetPrinted, SheetSigned
from bihuan.service.fieldwork.layout import laid_out
from bihuan.service.fieldwork.models import Sheet
from bihuan.service.fieldwork.rules import media_of
from bihuan.service.fieldwork.sheets import Facts, facts_of, masked, verify_address

FOLDER = Path(__file__).parent / "print"
BLANK = bytes.fromhex(  # one white dot, where a masked copy shows no signature
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63f8"
    "0f0001010100b138f6140000000049454e44ae426082"
)
_one_at_a_time = Lock()


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    """One compiler for the life of the process: the first sheet reads the fonts, the others do not."""
    fonts = Path(noto_cjk_sans_otc.__file__).parent
    return typst.Compiler(FOLDER / "sheet.typ", root=FOLDER, font_paths=[fonts], ignore_system_fonts=True)


def pdf_of(facts: Facts, *, digest: str, drawing: bytes, address: str, language: str) -> bytes:
    """The sheet's PDF in one language. `address` is what its square code opens."""
    with translation.override(language):
        data = laid_out(facts)
    data |= {
        "digest": digest,
        "code": _square(address),
        "signature": list(drawing),
        "drawn_as": media_of(drawing).split("/")[-1],
    }
    with _one_at_a_time:
        made = _compiler().compile(sys_inputs={"data": json.dumps(data, ensure_ascii=False)}, format="pdf")
    assert isinstance(made, bytes)
    return made


def _square(address: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=1, dark="#1a2233")
    return drawn.getvalue().decode()


def print_sheet(fact: Fact[SheetSigned]) -> None:
    """When a sheet was signed: make its PDF. Safe to repeat."""
    sheet = Sheet.objects.select_related("case__customer__key").get(id=fact.event.sheet_id)
    if not sheet.pdf_kept_as:
        kept_pdf(sheet, now=fact.recorded_at)


def kept_pdf(sheet: Sheet, *, now: datetime) -> bytes:
    """The PDF as it was first made; made now when nobody asked before. Its digest goes into the journal once."""
    key = sheet.case.customer.key_id
    hand = keys_for([key])
    if sheet.pdf_kept_as:
        return _must(files.fetch(sheet.pdf_kept_as, by=hand))
    facts = facts_of(sheet)
    if facts is None:
        raise NotFound
    drawing = _must(files.fetch(sheet.signature_kept_as, by=hand))
    made = _drawn_or_blank(sheet, facts, drawing)
    digest = sha256(made).hexdigest()
    with transaction.atomic():
        kept = files.keep(made, key_id=key, by=hand)
        first = Sheet.objects.filter(id=sheet.id, pdf_kept_as="")
        if first.update(pdf_kept_as=kept.name, pdf_digest=digest):
            printed = SheetPrinted(subject_id=sheet.case_id, sheet_id=sheet.id, digest=digest)
            record(printed, by=CLOCK, now=now, chain=sheet.case.chain_id)
    return made


def _drawn_or_blank(sheet: Sheet, facts: Facts, drawing: bytes) -> bytes:
    """The PDF with the signature; where its picture is broken inside, the sheet is printed with an empty box. The
    picture itself is kept, and its digest stands among the facts."""
    told = {"digest": sheet.digest, "address": verify_address(sheet), "language": sheet.language}
    try:
        return pdf_of(facts, drawing=drawing, **told)
    except typst.TypstError:
        return pdf_of(facts, drawing=BLANK, **told)


def masked_pdf(sheet: Sheet) -> bytes:
    """A copy for those who may not see the customer in full: masked, without the signature, never kept."""
    facts = facts_of(sheet)
    if facts is None:
        raise NotFound
    return pdf_of(
        masked(facts),
        digest=sheet.digest,
        drawing=BLANK,
        address=verify_address(sheet),
        language=sheet.language,
    )


def _must(content: bytes | None) -> bytes:
    if content is None:
        raise NotFound
    return content
