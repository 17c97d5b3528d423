"""Prints every demand of the register with the tests that prove it, and counts those without one.

`python -m tools.demands [--missing] [--strict]`. Reads the tests' source (`@pytest.mark.demand("S2-20", ...)`
on a function, a class, or as `pytestmark`) without running them.
"""

import argparse
import ast
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REGISTER = ROOT / "tests" / "demands.toml"
KINDS = {"A": "behaviour", "C": "number or clock", "O": "practice, recorded"}


def register() -> dict[str, dict[str, str]]:
    """Every id with its capability, kind (A, C, O) and label."""
    return tomllib.loads(REGISTER.read_text("utf-8"))


def proofs(folder: Path = ROOT / "tests") -> dict[str, list[str]]:
    """Demand id to the names of its tests, as `path::test`."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(path.read_text("utf-8"), str(path))
        for name, demand in _in_body(tree.body, _module_marks(tree)):
            found[demand].append(f"{path.relative_to(ROOT)}::{name}")
    return found


def _module_marks(tree: ast.Module) -> list[str]:
    marks: list[str] = []
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and "pytestmark" in [
            ast.unparse(each) for each in statement.targets
        ]:
            marks += _ids(statement.value)
    return marks


def _in_body(body: list[ast.stmt], inherited: list[str], prefix: str = "") -> Iterator[tuple[str, str]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            own = [each for decorator in node.decorator_list for each in _ids(decorator)]
            yield from _in_body(node.body, [*inherited, *own], f"{prefix}{node.name}::")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            own = [each for decorator in node.decorator_list for each in _ids(decorator)]
            for demand in [*inherited, *own]:
                yield prefix + node.name, demand


def _ids(node: ast.expr) -> Iterator[str]:
    """The ids in each `...mark.demand("...", ...)` anywhere inside an expression."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("mark.demand"):
            for argument in call.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--missing", action="store_true", help="print only those without a test")
    parser.add_argument("--strict", action="store_true", help="fail when an A or C demand has no test")
    options = parser.parse_args()
    known, proved = register(), proofs()
    for demand, told in known.items():
        tests = proved.get(demand, [])
        if options.missing and tests:
            continue
        print(f"{demand:<7} {told['kind']} {told['capability']:<11} {told['label']}")
        for test in tests:
            print(f"        {test}")
    return _closing(known, proved, strict=options.strict)


def _closing(known: dict[str, dict[str, str]], proved: dict[str, list[str]], *, strict: bool) -> int:
    print()
    missing_due = 0
    for kind, words in KINDS.items():
        ids = [demand for demand, told in known.items() if told["kind"] == kind]
        missing = [demand for demand in ids if demand not in proved]
        missing_due += len(missing) if kind in "AC" else 0
        print(f"{kind} ({words}): {len(ids) - len(missing)} of {len(ids)} proved, {len(missing)} missing")
    unknown = sorted(set(proved) - set(known))
    if unknown:
        print(f"Unknown ids in tests: {', '.join(unknown)}")
    return 1 if unknown or (strict and missing_due) else 0


if __name__ == "__main__":
    sys.exit(main())
