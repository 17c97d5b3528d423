"""Our words are our own: no shipped text shares 16 Chinese characters in a row with a source document.

The documents are not in this repository; `own_words.bin` holds 48-bit hashes of every run of 16 characters
in them, in both scripts. Spaces and punctuation are passed over, letters and digits end a run.
`python -m tools.own_words` looks; `python -m tools.own_words --learn FOLDER` makes the hashes anew.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HASHES = ROOT / "tools" / "own_words.bin"
RUN = 16
WIDTH = 6
CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
PASSED_OVER = re.compile(r"[\W_]")


def runs(text: str) -> Iterator[tuple[int, str]]:
    """Every 16 Chinese characters in a row, with the line where they end."""
    line, kept = 1, ""
    for character in text:
        if CHINESE.match(character):
            kept = (kept + character)[-RUN:]
            if len(kept) == RUN:
                yield line, kept
        elif character == "\n":
            line += 1
        elif not PASSED_OVER.match(character):
            kept = ""


def digest(run: str) -> bytes:
    return blake2b(run.encode(), digest_size=WIDTH).digest()


def known_hashes() -> frozenset[bytes]:
    raw = HASHES.read_bytes()
    return frozenset(raw[at : at + WIDTH] for at in range(0, len(raw), WIDTH))


def shipped_files() -> list[Path]:
    """All files that git keeps or would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return sorted({ROOT / name for name in listed.stdout.decode().split("\0") if name})


def borrowed(paths: list[Path]) -> list[str]:
    """One finding a line: where words of a source document stand."""
    known, findings = known_hashes(), []
    for path in paths:
        try:
            text = path.read_text("utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
        for line, run in runs(text):
            if digest(run) in known:
                findings.append(f"{path.relative_to(ROOT)}:{line}: not our own words: {run}")
    return findings


def learn(folder: Path) -> int:
    """Hash the documents of `folder`, as they are and turned into the other script; gives the count."""
    from opencc import OpenCC  # only whoever learns needs it

    turns = [OpenCC(name) for name in ("s2t", "s2twp", "t2s", "tw2sp")]
    hashes: set[bytes] = set()
    for path in sorted(folder.glob("*.txt")):
        text = path.read_text("utf-8")
        for version in (text, *(turn.convert(text) for turn in turns)):
            hashes.update(digest(run) for _, run in runs(version))
    HASHES.write_bytes(b"".join(sorted(hashes)))
    return len(hashes)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learn", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    if options.learn:
        print(f"{learn(options.learn)} hashes")
        return 0
    findings = borrowed(shipped_files())
    print("\n".join(findings) or "Every text is in our own words.")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
