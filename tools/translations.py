"""The words of the pages and their translations. English is the source; Chinese must be complete.

`python -m tools.translations check` names what is missing; `update [pieces.json ...]` finds new words in code
and templates, merges translations ({"English": "中文"}, or "context|English" where a context stands), and
converts to traditional script what nobody has read yet. Needs no system gettext.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import polib
from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "bihuan"
CONVERTED = "Converted by machine; not yet read by a person."
NAMES = ("gettext", "gettext_lazy", "gettext_noop", "_")
PLURAL_NAMES = ("ngettext", "ngettext_lazy")
CONTEXT_NAMES = ("pgettext", "pgettext_lazy")
KEYWORDS = dict.fromkeys((*NAMES, *PLURAL_NAMES, *CONTEXT_NAMES, "npgettext", "npgettext_lazy"))
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")


@dataclass(frozen=True)
class Words:
    """One text to translate, as it stands in the source."""

    text: str
    plural: str = ""
    context: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.text


def catalogue_path(locale: str) -> Path:
    return HOUSE / "locale" / locale / "LC_MESSAGES" / "django.po"


def in_source() -> dict[tuple[str, str], tuple[Words, list[str]]]:
    """Everything that code and templates want translated, with the files where it stands."""
    found: dict[tuple[str, str], tuple[Words, list[str]]] = {}
    for path in sorted(
        [*HOUSE.rglob("*.py"), *HOUSE.rglob("templates/**/*.html"), *HOUSE.rglob("templates/**/*.txt")]
    ):
        source = path.read_text("utf-8")
        for words in words_in_python(source) if path.suffix == ".py" else words_in_template(source):
            _, places = found.setdefault(words.key, (words, []))
            places.append(str(path.relative_to(ROOT)))
    return found


def words_in_template(source: str) -> Iterator[Words]:
    """Django turns the tags into calls; without indentation they can be read like Python."""
    yield from words_in_python("\n".join(line.lstrip() for line in templatize(source).splitlines()))


def words_in_python(source: str) -> Iterator[Words]:
    for _, name, said, _ in extract_python(BytesIO(source.encode()), KEYWORDS, [], {"encoding": "utf-8"}):
        given = said if isinstance(said, tuple | list) else (said,)
        texts = [each if isinstance(each, str) else "" for each in given]
        if name in NAMES and texts[0]:
            yield Words(text=texts[0])
        elif name in PLURAL_NAMES and texts[0]:
            yield Words(text=texts[0], plural=texts[1])
        elif name in CONTEXT_NAMES and texts[1]:
            yield Words(text=texts[1], context=texts[0])
        elif name not in (*NAMES, *PLURAL_NAMES, *CONTEXT_NAMES) and len(texts) > 2 and texts[1]:
            yield Words(text=texts[1], plural=texts[2], context=texts[0])


def load(locale: str) -> polib.POFile:
    path = catalogue_path(locale)
    if path.exists():
        return polib.pofile(str(path), wrapwidth=100)
    catalogue = polib.POFile(wrapwidth=100)
    catalogue.metadata = {
        "Project-Id-Version": "Bihuan",
        "Language": locale,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    return catalogue


def _by_key(catalogue: polib.POFile) -> dict[tuple[str, str], polib.POEntry]:
    return {(entry.msgctxt or "", entry.msgid): entry for entry in catalogue if not entry.obsolete}


def translation_of(entry: polib.POEntry) -> str:
    return str(entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr)


def missing(locale: str) -> list[str]:
    """One finding a line: texts without a translation, doubtful ones, and placeholders that differ."""
    known, findings = _by_key(load(locale)), []
    for key, (words, places) in in_source().items():
        entry = known.get(key)
        if entry is None or not translation_of(entry) or entry.fuzzy:
            findings.append(f"{places[0]}: no {locale} for {words.text!r}")
        elif bool(entry.msgid_plural) != bool(words.plural):
            findings.append(f"{places[0]}: {words.text!r} is singular here and plural there")
        elif not _placeholders_agree(words, translation_of(entry)):
            findings.append(f"{places[0]}: {locale} of {words.text!r} has other placeholders")
    return findings


def _placeholders_agree(words: Words, translated: str) -> bool:
    there = set(PLACEHOLDER.findall(translated))
    return any(set(PLACEHOLDER.findall(text)) == there for text in (words.text, words.plural) if text)


def update(pieces: list[Path]) -> None:
    """Write both Chinese catalogues anew, in the order of their texts; nothing translated is thrown away."""
    told: dict[tuple[str, str], str] = {}
    for path in pieces:
        for text, translated in json.loads(path.read_text("utf-8")).items():
            context, bar, rest = text.partition("|")
            key = (context, rest) if bar and re.fullmatch(r"[a-z_ ]+", context) else ("", text)
            told[key] = translated
    simplified = load("zh_Hans")
    _take_in(simplified, told)
    _save(simplified, "zh_Hans")
    traditional = load("zh_Hant")
    _convert(simplified, traditional)
    _save(traditional, "zh_Hant")


def _take_in(catalogue: polib.POFile, told: dict[tuple[str, str], str]) -> None:
    known, wanted = _by_key(catalogue), in_source()
    for key in {**wanted, **dict.fromkeys(told)}:
        plural = wanted[key][0].plural if key in wanted else ""
        entry = known.get(key)
        if entry is None:
            entry = polib.POEntry(msgid=key[1], msgctxt=key[0] or None)
            catalogue.append(entry)
        _set(entry, told.get(key) or translation_of(entry), plural)


def _set(entry: polib.POEntry, translated: str, plural: str) -> None:
    entry.msgid_plural = plural
    entry.msgstr, entry.msgstr_plural = ("", {0: translated}) if plural else (translated, {})
    entry.flags = ["python-format"] if re.search(r"%\(\w+\)[a-z]", entry.msgid) else []


def _convert(simplified: polib.POFile, traditional: polib.POFile) -> None:
    from opencc import OpenCC  # only whoever translates needs it

    turn, known = OpenCC("s2twp").convert, _by_key(traditional)
    for key, source in _by_key(simplified).items():
        entry = known.get(key)
        if entry is None:
            entry = polib.POEntry(msgid=source.msgid, msgctxt=source.msgctxt, tcomment=CONVERTED)
            traditional.append(entry)
        if CONVERTED in entry.tcomment:
            _set(entry, turn(translation_of(source)), source.msgid_plural)


def _save(catalogue: polib.POFile, locale: str) -> None:
    catalogue.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    path = catalogue_path(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(path), newline="\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check")
    commands.add_parser("update").add_argument("pieces", nargs="*", type=Path)
    options = parser.parse_args()
    if options.command == "update":
        update(options.pieces)
    findings = [*missing("zh_Hans"), *missing("zh_Hant")]
    print("\n".join(findings) or "Chinese is complete.")
    return 1 if findings and options.command == "check" else 0


if __name__ == "__main__":
    sys.exit(main())
