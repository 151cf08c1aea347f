"""Change the rules and the proofs one place at a time; the fast suite must notice.

`python -m tests.mutants` makes every mutant of `patronage.economy` and `patronage.tlog`
(comparisons, roundings, min and max, refusals), runs the room's unit tests on each, and lists the
survivors. Those known to be equivalent stand, with the reason, in tests/mutants.toml. Ends with 1
if fewer than 95 % are caught or a survivor has no reason there.
"""

import argparse
import ast
import copy
import importlib.abc
import importlib.util
import os
import signal
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
ROOMS = ("economy", "tlog")
REASONS = Path(__file__).with_suffix(".toml")
SECONDS_MAX = 120
CAUGHT_MIN_PERCENT = 95

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}


class Mutant(NamedTuple):
    """One change: the module, the function, what was there and what is there now."""

    room: str
    module: str
    function: str
    before: str
    after: str
    occurrence: int
    source: str

    @property
    def key(self) -> str:
        """Name the change without a line number, so that it outlives other edits."""
        again = f" #{self.occurrence}" if self.occurrence > 1 else ""
        return f"{self.module}.{self.function}: {self.before} -> {self.after}{again}"


def replacements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield every changed form of one node."""
    match node:
        case ast.Compare():
            for position, operator in enumerate(node.ops):
                for other in COMPARISONS[type(operator)]:
                    changed = copy.deepcopy(node)
                    changed.ops[position] = other()
                    yield changed
        case ast.UnaryOp(ast.USub(), ast.BinOp(ast.UnaryOp(ast.USub(), up), ast.FloorDiv(), by)):
            yield ast.BinOp(up, ast.FloorDiv(), by)  # rounds down instead of up
        case ast.BinOp(over, ast.FloorDiv(), by) if not isinstance(over, ast.UnaryOp):
            yield ast.UnaryOp(
                ast.USub(), ast.BinOp(ast.UnaryOp(ast.USub(), over), ast.FloorDiv(), by)
            )
        case ast.Call(ast.Name("min" | "max" as name)):
            changed = copy.deepcopy(node)
            changed.func = ast.Name("max" if name == "min" else "min", ast.Load())
            yield changed
        case ast.If(
            body=[
                ast.Return(ast.Attribute(ast.Name("Refusal")))
                | ast.Raise(ast.Call(ast.Name("MalformedError" | "MissingError" | "UnprovenError")))
            ]
        ):
            changed = copy.deepcopy(node)
            changed.test = ast.Constant(False)  # the refusal never happens
            yield changed
        case ast.Attribute(ast.Name("Refusal"), code):
            other_code = "MALFORMED" if code != "MALFORMED" else "CONFLICT"
            yield ast.Attribute(ast.Name("Refusal", ast.Load()), other_code, ast.Load())


def mutants() -> list[Mutant]:
    """Make every mutant."""
    found = []
    rooms = (ROOT / "src" / "patronage" / room for room in ROOMS)
    for path in sorted(path for room in rooms for path in room.glob("*.py")):
        if path.stem in {"__init__", "currencies", "errors", "refusals"}:
            continue
        tree = ast.parse(path.read_text())
        seen: Counter[tuple[str, str, str]] = Counter()
        for function, parent, field, index, node in _places(tree):
            for changed in replacements(node):
                before, after = _short(node), _short(changed)
                seen[function, before, after] += 1
                slot = getattr(parent, field)
                _set(parent, field, index, changed)
                source = ast.unparse(ast.fix_missing_locations(tree))
                if index is None:
                    setattr(parent, field, slot)
                else:
                    slot[index] = node
                found.append(
                    Mutant(
                        path.parent.name,
                        path.stem,
                        function,
                        before,
                        after,
                        seen[function, before, after],
                        source,
                    )
                )
    return found


def _places(
    tree: ast.AST, function: str = ""
) -> Iterator[tuple[str, ast.AST, str, int | None, ast.AST]]:
    for field, value in ast.iter_fields(tree):
        children = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, child in children:
            if not isinstance(child, ast.AST):
                continue
            inside = function
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                inside = f"{function}.{child.name}".lstrip(".")
            yield inside or "module", tree, field, index, child
            yield from _places(child, inside)


def _set(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _short(node: ast.AST) -> str:
    if isinstance(node, ast.If):
        return f"if {ast.unparse(node.test)}: {ast.unparse(node.body[0])}"
    return ast.unparse(node)


class _MutantFinder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Gives one module its mutated source."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(self, fullname, path=None, target=None):  # noqa: ARG002
        if fullname == f"patronage.{self.mutant.room}.{self.mutant.module}":
            return importlib.util.spec_from_loader(fullname, self)
        return None

    def get_source(self, fullname: str) -> str:  # noqa: ARG002
        return self.mutant.source


def is_caught(mutant: Mutant) -> bool:
    """Run the fast suite on a mutant in a process of its own; a hang counts as noticed."""
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS_MAX)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        sys.meta_path.insert(0, _MutantFinder(mutant))
        import pytest  # noqa: PLC0415  (the parent must stay free of what the mutant changes)

        suite = f"tests/unit/{mutant.room}"
        os._exit(pytest.main(["-x", "-q", "-p", "no:cacheprovider", suite]))
    _, status = os.waitpid(child, 0)
    return status != 0


def main() -> int:
    """Judge all mutants; return the exit code."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--only", default="", help="mutants whose name contains this")
    arguments.add_argument("--list", action="store_true", help="only list them")
    options = arguments.parse_args()
    chosen = [mutant for mutant in mutants() if options.only in mutant.key]
    if options.list:
        print("\n".join(mutant.key for mutant in chosen))
        return 0
    reasons: dict[str, str] = tomllib.loads(REASONS.read_text()) if REASONS.exists() else {}
    survivors = []
    with ProcessPoolExecutor(os.cpu_count()) as workers:
        for count, (mutant, caught) in enumerate(
            zip(chosen, workers.map(is_caught, chosen), strict=True), start=1
        ):
            if not caught:
                survivors.append(mutant.key)
                print(f"survived: {mutant.key}")
                print(f"          {reasons.get(mutant.key, 'NO REASON KNOWN')}", flush=True)
            if sys.stderr.isatty():
                print(f"{count} of {len(chosen)}", end="\r", file=sys.stderr)
    caught_count = len(chosen) - len(survivors)
    percent = 100 * caught_count // max(len(chosen), 1)
    unexplained = [key for key in survivors if key not in reasons]
    print(
        f"{len(chosen)} mutants, {caught_count} caught ({percent} %), {len(survivors)} survived, "
        f"{len(unexplained)} of them unexplained"
    )
    stale = [] if options.only else sorted(set(reasons) - set(survivors))
    for key in stale:
        print(f"no longer survives, remove its reason: {key}")
    return 1 if percent < CAUGHT_MIN_PERCENT or unexplained or stale else 0


if __name__ == "__main__":
    sys.exit(main())
