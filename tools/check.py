"""Everything that can be known about the code without running its tests. `python -m tools.check [names]`.

Each check prints one line; what a failing one said follows. The order is from quick to slow.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
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
        "format": [str(BIN / "ruff"), "format", "--check", "."],
        "lint": [str(BIN / "ruff"), "check", "."],
        "contracts": [str(BIN / "lint-imports")],
        "templates": [str(BIN / "djade"), "--check", "--target-version", "6.1", *pages],
        "translations": [python, "-m", "tools.translations", "check"],
        "own words": [python, "-m", "tools.own_words"],
        "demands": [python, "-m", "tools.demands", "--missing"],
        "django": [python, "manage.py", "check", "--fail-level", "WARNING"],
        "migrations": [python, "manage.py", "makemigrations", "--check", "--dry-run"],
        "types": [str(BIN / "mypy"), "bihuan", "tests", "tools", "manage.py"],
    }
    if not pages:
        del commands["templates"]
    return commands


def run(name: str, command: Sequence[str], environ: Mapping[str, str]) -> bool:
    began = monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, capture_output=True)
    well = done.returncode == 0
    print(f"{'ok    ' if well else 'FAILED'} {name:<14} {monotonic() - began:5.1f} s", flush=True)
    if not well:
        print((done.stdout + done.stderr).decode(errors="replace").rstrip(), flush=True)
    return well


def main(asked: Sequence[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="bihuan-check-") as folder:
        environ = {**os.environ, "BIHUAN_DATA": folder, "PYTHONPATH": str(ROOT)}
        environ.pop("DATABASE_URL", None)
        wanted = {name: command for name, command in checks().items() if not asked or name in asked}
        failed = [name for name, command in wanted.items() if not run(name, command, environ)]
    told = f" Not: {', '.join(failed)}." if failed else ""
    print(f"{len(wanted) - len(failed)} of {len(wanted)} checks are green.{told}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
