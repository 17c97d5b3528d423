"""Everything that can be known about the code without running its tests. `python -m tools.check [names]`.

Each check prints one line; what a failing one said follows. The types take as long as all others together and run
beside them.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


def templates() -> list[str]:
    return [str(path) for path in sorted((ROOT / "bihuan").rglob("templates/**/*.html"))]


def checks() -> dict[str, Sequence[str]]:
    """Name to command. A check without anything to look at is left out."""
    python, pages = sys.executable, templates()
    commands: dict[str, Sequence[str]] = {
        "types": [str(BIN / "mypy"), "bihuan", "tests", "tools", "manage.py"],
        "format": [str(BIN / "ruff"), "format", "--check", "."],
        "lint": [str(BIN / "ruff"), "check", "."],
        "contracts": [str(BIN / "lint-imports")],
        "templates": [str(BIN / "djade"), "--check", "--target-version", "6.1", *pages],
        "translations": [python, "-m", "tools.translations", "check"],
        "own words": [python, "-m", "tools.own_words"],
        "demands": [python, "-m", "tools.demands", "--missing"],
        "django": [python, "manage.py", "check", "--fail-level", "WARNING"],
        "migrations": [python, "manage.py", "makemigrations", "--check", "--dry-run"],
    }
    if not pages:
        del commands["templates"]
    return commands


def run(name: str, command: Sequence[str], environ: Mapping[str, str]) -> bool:
    began = monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, capture_output=True)
    well = done.returncode == 0
    said = f"{'ok    ' if well else 'FAILED'} {name:<14} {monotonic() - began:5.1f} s\n"
    if not well:
        said += f"{(done.stdout + done.stderr).decode(errors='replace').rstrip()}\n"
    print(said, end="", flush=True)
    return well


def environment(data: Path) -> Mapping[str, str]:
    """A data folder of its own for a check, and no database of anybody."""
    data.mkdir()
    kept = {name: told for name, told in os.environ.items() if name != "DATABASE_URL"}
    return {**kept, "BIHUAN_DATA": str(data), "PYTHONPATH": str(ROOT)}


def main(asked: Sequence[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="bihuan-check-") as folder:
        wanted = {name: command for name, command in checks().items() if not asked or name in asked}
        with ThreadPoolExecutor(2) as pool:
            well = pool.map(lambda name: run(name, wanted[name], environment(Path(folder) / name)), wanted)
        failed = [name for name, good in zip(wanted, well, strict=True) if not good]
    told = f" Not: {', '.join(failed)}." if failed else ""
    print(f"{len(wanted) - len(failed)} of {len(wanted)} checks are green.{told}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
