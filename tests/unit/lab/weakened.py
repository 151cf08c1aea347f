"""The engine with a rule weakened on purpose, in place and only for a while."""

import ast
import inspect
import types
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path


@contextmanager
def weakened(module_name: str, before: str, after: str) -> Iterator[None]:
    """Run with one place of a module of the rules changed.

    The text must stand there exactly once. Functions keep their identity and are given other code,
    so that every room that imported them runs the weakened rule.
    """
    module = import_module(f"patronage.economy.{module_name}")
    source = Path(inspect.getfile(module)).read_text(encoding="utf-8")
    assert source.count(before) == 1, f"{before!r} stands {source.count(before)} times"
    changed = types.ModuleType(module.__name__)
    changed.__dict__.update({"__name__": module.__name__})
    exec(  # noqa: S102  (our own source, changed in one place)
        compile(ast.parse(source.replace(before, after)), module.__file__, "exec"), changed.__dict__
    )
    functions = [
        (one, _functions(changed)[name])
        for name, one in _functions(module).items()
        if one.__code__.co_code != _functions(changed)[name].__code__.co_code
        or one.__code__.co_consts != _functions(changed)[name].__code__.co_consts
        or one.__code__.co_names != _functions(changed)[name].__code__.co_names
    ]
    assert functions, "the change changes no function"
    kept = [(one, one.__code__) for one, _ in functions]
    try:
        for one, other in functions:
            one.__code__ = other.__code__
        yield
    finally:
        for one, code in kept:
            one.__code__ = code


def _functions(module: types.ModuleType) -> dict[str, types.FunctionType]:
    """Return a module's own functions and its classes' methods by name."""
    found = {}
    for name, value in vars(module).items():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if isinstance(value, types.FunctionType):
            found[name] = value
        elif isinstance(value, type):
            for method, function in vars(value).items():
                if isinstance(function, types.FunctionType):
                    found[f"{name}.{method}"] = function
    return found
