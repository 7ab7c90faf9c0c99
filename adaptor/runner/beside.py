"""Modules beside a job, which it imports as any Python script does: their f-strings may hold lazy references too."""

from __future__ import annotations

import ast
import os
import sys
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader

from ..core.template import TEXT, text_of
from .syntax import Texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType
    from typing import Any


class _Loader(SourceFileLoader):
    """Loads a module with its f-strings as texts that may wait; no bytecode is kept, which would hold other ones."""

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> Any:  # type: ignore[override]
        tree = Texts().visit(ast.parse(data, path))
        return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True, optimize=_optimize)

    def path_stats(self, path: str) -> Any:
        # Without a time of the source there is no bytecode, neither read nor written.
        raise OSError

    def exec_module(self, module: ModuleType) -> None:
        vars(module)[TEXT] = text_of
        super().exec_module(module)


class _Finder:
    """Finds modules in the folders of jobs, at the place where Python would look for them in `sys.path`."""

    def __init__(self) -> None:
        self.folders: list[str] = []

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module of a job's folder, or of a package there."""
        parent = sys.modules.get(name.rpartition(".")[0])
        if path is not None and not isinstance(getattr(parent, "__loader__", None), _Loader):
            return None
        spec = PathFinder.find_spec(name, self.folders if path is None else path, target)
        if spec is None or not isinstance(spec.loader, SourceFileLoader):
            return None
        spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


_FINDER = _Finder()


def allow(folder: str) -> None:
    """Let modules of a folder be imported from now on, before all others of that name in `sys.path`."""
    folder = os.path.abspath(folder)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    if folder in _FINDER.folders:
        _FINDER.folders.remove(folder)
    _FINDER.folders.insert(0, folder)
    if _FINDER not in sys.meta_path:
        at = sys.meta_path.index(PathFinder) if PathFinder in sys.meta_path else len(sys.meta_path)
        sys.meta_path.insert(at, _FINDER)
