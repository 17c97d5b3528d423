"""A mail, read: who wrote, the new words, the files. The same bytes always read the same.

The text is text/plain, else HTML as text. Quoted messages are left out. Nothing that a mail says proves who sent it:
only the token of a report, which we gave out, ties an answer to its case.
"""

import re
import unicodedata
from dataclasses import dataclass, field

from bihuan.registers.channels.mail.authenticity import verdict
from bihuan.registers.channels.mail.automatic import PROBE, came_by_list, why_automatic
from bihuan.registers.channels.mail.charsets import LOST, read_text, without_controls
from bihuan.registers.channels.mail.headers import Headers, sender_of
from bihuan.registers.channels.mail.html_words import words_in
from bihuan.registers.channels.mail.parts import Part, taken_apart
from bihuan.registers.channels.mail.quoting import is_forward, new_words, tidy
from bihuan.registers.channels.message import IncomingFile, IncomingMessage, Unreadable

MOST_FILES = 30
LONGEST_NAME = 1_000  # characters of a file's name that are looked at
LARGEST_FILES = 25 * 1024 * 1024  # bytes of all files together
LARGEST_TEXT = 4 * 1024 * 1024  # bytes of one part that is read as words; a larger one is a file
MOST_TEXT = 200_000  # characters that are searched for old messages
MOST_WORDS = 18_000  # characters; a longer text is a file besides
TOKEN = re.compile(r"(?<![0-9a-z])([0-9]{1,15}-[0-9a-f]{32})(?![0-9a-z])")
_ASKED = ("in-reply-to", "references", "to", "cc", "delivered-to", "x-original-to", "envelope-to")
_ENCRYPTED = frozenset({"multipart/encrypted", "application/pgp-encrypted"})
_ENVELOPED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_FOLDERS = re.compile(r"[/\\]")


@dataclass
class _Found:
    """What was found in the parts, in their order."""

    plain: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    files: list[IncomingFile] = field(default_factory=list)


class MailReader:
    """Reads what came in by mail."""

    channel = "mail"

    def read(self, raw: bytes) -> IncomingMessage:
        """What the mail says; Unreadable when only a person can tell, or when it is too much to take apart."""
        mail = taken_apart(raw)
        if automatic := why_automatic(mail.headers):
            return self._by_machine(mail, automatic)
        if came_by_list(mail.headers) and not token_in(mail.headers):
            raise Unreadable("list")
        _refuse_the_sealed(mail)
        name, address = sender_of(mail.headers.text("from"))
        token = token_in(mail.headers)
        if not address and not token:
            raise Unreadable("no_sender")
        found = _Found()
        _gather(mail, found)
        subject = mail.headers.text("subject")[:300]
        words, files = _said(text_of(found), subject, found.files, answers=bool(token))
        return IncomingMessage(
            words=words or subject,
            subject=subject if words else "",
            name=name,
            email=address,
            reply_to=token,
            told={"authentication": verdict(mail.headers)},
            files=tuple(files),
        )

    def _by_machine(self, mail: Part, automatic: str) -> IncomingMessage:
        name, address = sender_of(mail.headers.text("from"))
        return IncomingMessage(
            words=mail.headers.text("subject")[:300],
            name=name,
            email=address,
            probe=mail.headers.first(PROBE).strip()[:200],
            automatic=automatic,
        )


def token_in(headers: Headers) -> str:
    """The token of the report that a mail says it answers: in the numbers of the messages that it answers, else in
    the address that it was sent to. Nobody has checked it yet."""
    for name in _ASKED:
        for value in headers.all(name):
            if found := TOKEN.findall(value.lower()):
                return str(found[-1])
    return ""


def _refuse_the_sealed(mail: Part) -> None:
    if mail.media in _ENCRYPTED:
        raise Unreadable("encrypted")
    if mail.media in _ENVELOPED and mail.params.get("smime-type", "enveloped-data") != "signed-data":
        raise Unreadable("encrypted")


def whole_text(mail: Part) -> str:
    """All the text of a mail, with what it quotes."""
    found = _Found()
    _gather(mail, found)
    return text_of(found)


def words_however(raw: bytes) -> str:
    """Subject and new words of any mail, as far as they can be made out: also of one that no person sent, or that
    waits for a person. Empty where nothing of it can be taken apart."""
    found, subject = _Found(), ""
    try:
        mail = taken_apart(raw)
        subject = mail.headers.text("subject")[:300]
        _gather(mail, found)
    except Unreadable:
        pass  # what was found before still counts
    words = _new_of(text_of(found), subject) or tidy(text_of(found)[:MOST_TEXT])
    return "\n\n".join(filter(None, (subject, words[:MOST_WORDS])))


def text_of(found: _Found) -> str:
    plain = "\n".join(found.plain)
    return plain if plain.strip() else "\n".join(words_in(page) for page in found.pages)


def _said(
    text: str, subject: str, files: list[IncomingFile], *, answers: bool
) -> tuple[str, list[IncomingFile]]:
    """The new words and the files. Words that are too many are a file as well, so that nobody misses any."""
    if text.count(LOST) * 4 > len(text.strip()) > 0:
        raise Unreadable("garbled")
    words = _new_of(text, subject)
    if not words and not answers and not files:
        words = tidy(text)  # what looks like an old message is all that they say
    if not words and not subject:
        words = "\n".join(one.name for one in files)
        if not words:
            raise Unreadable("empty")
    if len(words) > MOST_WORDS:
        whole = IncomingFile(name="mail.txt", media="text/plain", content=words.encode())
        return words[:MOST_WORDS], [*files, whole]
    return words, files


def _new_of(text: str, subject: str) -> str:
    return tidy(text) if is_forward(subject) else new_words(text[:MOST_TEXT])


def _gather(part: Part, found: _Found) -> None:
    """Text and files of a part, in order. Of alternatives the plain one is read, and no file of any is lost."""
    if part.parts and part.media == "multipart/alternative":
        _gather_alternatives(part, found)
    elif part.parts:
        for one in part.parts:
            _gather(one, found)
    elif _is_text(part):
        text = without_controls(read_text(part.content(), part.params.get("charset", "")))
        if part.media == "text/plain":
            found.plain.append(_unflowed(text, part.params))
        else:
            found.pages.append(text)
            found.plain += [words_in(text)] if found.plain else []
    else:
        _keep_file(part, found)


def _gather_alternatives(part: Part, found: _Found) -> None:
    """Each alternative says the same: the plain one with words in it, else what the last page says."""
    each = []
    for one in part.parts:
        inner = _Found()
        _gather(one, inner)
        each.append(inner)
    plain = next((inner.plain for inner in each if "".join(inner.plain).strip()), [])
    pages = next((inner.pages for inner in reversed(each) if inner.pages), [])
    if plain:
        found.plain += plain
    elif found.plain:  # there is text before: the page is read as text too
        found.plain += [words_in(page) for page in pages]
    else:
        found.pages += pages
    for inner in each:
        found.files += inner.files


def _is_text(part: Part) -> bool:
    words = part.media in {"text/plain", "text/html"} and len(part.body) <= LARGEST_TEXT
    return words and part.disposition != "attachment" and not part.name


def _unflowed(text: str, params: dict[str, str]) -> str:
    """Lines that were broken for the way are one again (RFC 3676)."""
    if params.get("format", "").lower() != "flowed":
        return text
    joined: list[list[str]] = []
    open_line, spaced = False, params.get("delsp", "").lower() != "yes"
    for line in text.split("\n"):
        goes_on = open_line and not line.startswith(">") and line != "-- "
        open_line = line.endswith(" ") and line != "-- " and not line.startswith(">")
        said = line if spaced or not open_line else line[:-1]
        if goes_on:
            joined[-1].append(said)
        else:
            joined.append([said])
    return "\n".join("".join(pieces) for pieces in joined)


def _keep_file(part: Part, found: _Found) -> None:
    content = part.body if part.media == "message/rfc822" else part.content()
    if not content.strip():
        return
    if len(found.files) >= MOST_FILES:
        raise Unreadable("too_many_files")
    if sum(len(one.content) for one in found.files) + len(content) > LARGEST_FILES:
        raise Unreadable("files_too_large")
    name = file_name(part.name) or f"{len(found.files) + 1}{_ENDINGS.get(part.media, '')}"
    found.files.append(IncomingFile(name=name, media=part.media[:80], content=content))


_ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "application/pdf": ".pdf",
    "message/rfc822": ".eml",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
}


def file_name(said: str) -> str:
    """What a file is called, without folders, signs that nobody sees, and signs that turn the text round."""
    name = unicodedata.normalize("NFKC", _FOLDERS.split(said[-LONGEST_NAME:])[-1])
    name = "".join(char for char in name if unicodedata.category(char)[0] != "C" and char not in '<>:"|?*/\\')
    name = name.strip(" .")
    stem, dot, ending = name.rpartition(".")
    if dot and len(ending) <= 12:
        return f"{stem[: 110 - len(ending)]}.{ending}" if stem else name[:110]
    return name[:110]


READER = MailReader()
