"""A report's body, read within its limits: JSON up to 20 MiB without its files, or multipart with larger files."""

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import ValidationError

from bihuan.registers.access.errors import Refusal
from bihuan.service.intake.told import FileTold
from bihuan.web.api.refusals import BrokenJson, TooLarge
from bihuan.web.api.shapes import AttachmentIn, ReportIn

MIB = 1024 * 1024
BODY = 20 * MIB
FILE, FILES = 10 * MIB, 20 * MIB  # clear bytes
WITH_FILES = FILES * 4 // 3 + MIB  # twenty megabytes of files in base64, and the words around them
PARTS, ALL_PARTS = 50 * MIB, 100 * MIB
OBJECTS = ("address", "machine", "consents", "attachments")


def read(request: HttpRequest) -> tuple[ReportIn, tuple[FileTold, ...]]:
    """What was sent and the files with it; ValidationError of pydantic, or a refusal."""
    if (request.content_type or "") == "multipart/form-data":
        return _multipart(request)
    if said_length(request) > WITH_FILES:
        raise TooLarge
    body = request.body
    if len(body) > WITH_FILES:
        raise TooLarge
    large = len(body) > BODY
    try:
        told = ReportIn.model_validate_json(body)
    except ValidationError:
        if large:
            raise TooLarge from None
        raise
    if large and len(body) - sum(len(each.base64) for each in told.attachments) > MIB:
        raise TooLarge
    return told, tuple(files_in(told.attachments))


def said_length(request: HttpRequest) -> int:
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if str(said).isdigit() else 0


def files_in(attachments: Sequence[AttachmentIn]) -> Iterator[FileTold]:
    """The attachments in clear; refused one by one and all together."""
    total = 0
    for place, each in enumerate(attachments):
        try:
            content = base64.b64decode(each.base64, validate=True)
        except (binascii.Error, ValueError):
            raise _wrong(f"attachments.{place}.base64", _("This is not base64.")) from None
        total += len(content)
        if len(content) > FILE:
            raise _wrong(
                f"attachments.{place}", _("A file may have at most 10 MB; send a larger one by multipart.")
            )
        if total > FILES:
            raise _wrong(
                "attachments", _("Together the files may have at most 20 MB; send more by multipart.")
            )
        yield FileTold(name=file_name(each.name), media=each.type, content=content)


def file_name(told: str) -> str:
    """The last part of a path, whatever system it came from."""
    return told.replace("\\", "/").rpartition("/")[2][:200] or "file"


def _wrong(field: str, sentence: str) -> Refusal:
    return Refusal(
        _("The report was not accepted yet: please mend the marked fields."), fields={field: sentence}
    )


def _multipart(request: HttpRequest) -> tuple[ReportIn, tuple[FileTold, ...]]:
    """The same fields as parts; `address`, `machine` and `consents` as JSON; every file part is an attachment."""
    if said_length(request) > ALL_PARTS + 2 * MIB:
        raise TooLarge
    fields: dict[str, Any] = {name: _part(name, value) for name, value in request.POST.items()}
    told = ReportIn.model_validate_json(json.dumps(fields))
    files = list(files_in(told.attachments))
    total = sum(len(file.content) for file in files)
    for name, uploads in request.FILES.lists():
        for upload in uploads:
            if (upload.size or 0) > PARTS:
                raise _wrong(name, _("A file may have at most 50 MB."))
            total += upload.size or 0
            if total > ALL_PARTS:
                raise TooLarge
            media = (upload.content_type or "application/octet-stream")[:80]
            files.append(FileTold(name=file_name(upload.name or ""), media=media, content=upload.read()))
    return told, tuple(files)


def _part(name: str, value: object) -> Any:
    text = str(value)
    if name in OBJECTS and text.lstrip()[:1] in {"{", "["}:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise BrokenJson from None
    return text
