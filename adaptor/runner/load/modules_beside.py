"""Importing modules beside a job: f-strings in them may hold lazy references, as in the job itself."""

from __future__ import annotations

import ast
import contextlib
import os
import sys
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader

from ...core.values.template import TEXT, text_of
from .syntax import Texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType, TracebackType
    from typing import Any


#: The modules of the packages that we use, and of those that they use where they are installed.
# fmt: off
_USED = frozenset((
    "adaptor", "_yaml", "attr", "attrs", "backports", "brotli", "brotlicffi", "certifi", "cffi", "chardet",
    "charset_normalizer", "cryptography", "dateutil", "h2", "idna", "jsonpath_ng", "jsonschema",
    "jsonschema_specifications", "OpenSSL", "ply", "psycopg", "psycopg_binary", "psycopg_pool", "referencing",
    "requests", "rpds", "shtab", "simplejson", "socks", "typing_extensions", "tzdata", "urllib3", "yaml",
    "zstandard",
))
# fmt: on


def is_taken(name: str) -> bool:
    """Whether a module beside a job cannot have this name: it is one of Python's, of ours, or of a package we use.

    Such a module is imported when something first needs it, perhaps after messages were sent. It must be the real one.
    """
    return name in sys.stdlib_module_names or name in _USED


def taken_beside(folder: str) -> dict[str, str]:
    """Return the files in a folder that no job can import, since their names are taken, by the names of the modules."""
    try:
        names = sorted(os.listdir(folder))
    except (OSError, ValueError):
        return {}
    found = {}
    for name in names:
        module, ending = os.path.splitext(name)
        path = os.path.join(folder, name)
        is_module = ending == ".py" or (not ending and os.path.isfile(os.path.join(path, "__init__.py")))
        if is_module and is_taken(module):
            found[module] = path
    return found


class _Loader(SourceFileLoader):
    """Loads a module and rewrites its f-strings. It keeps no bytecode: Python would use that outside of jobs too."""

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> Any:  # type: ignore[override]
        tree = Texts().visit(ast.parse(data, path))
        return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True, optimize=_optimize)

    def path_stats(self, path: str) -> Any:
        # Without the time of the source, Python neither reads nor writes bytecode.
        raise OSError

    def exec_module(self, module: ModuleType) -> None:
        vars(module)[TEXT] = text_of
        _LOADED.append((module.__name__, self.path))
        super().exec_module(module)


class _Finder:
    """Finds modules in the folders of jobs, before Python looks in `sys.path`."""

    def __init__(self) -> None:
        self.folders: list[str] = []
        #: Those that were not in `sys.path` before.
        self.added: set[str] = set()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module of a job's folder, or of a package there."""
        if path is None and is_taken(name):
            return self._find_elsewhere(name, target)
        if path is not None and not self._is_beside(sys.modules.get(name.rpartition(".")[0])):
            return None
        # The last job's folder comes first, then those of the other jobs of its workflow.
        places = [[folder] for folder in self.folders] if path is None else [path]
        spec = next((found for each in places if (found := PathFinder.find_spec(name, each, target))), None)
        if spec is not None and path is None and _is_folder(spec):
            return self._folder(name, spec)
        if spec is None or not isinstance(spec.loader, SourceFileLoader):
            return None
        spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec

    def _folder(self, name: str, spec: ModuleSpec) -> ModuleSpec | None:
        """Return a folder without an __init__.py as a package; an installed module comes before it."""
        elsewhere = PathFinder.find_spec(name, [folder for folder in sys.path if folder not in self.added])
        if elsewhere is not None and not _is_folder(elsewhere):
            return None
        # Python would bring them into the order of `sys.path` again.
        spec.submodule_search_locations = [*(spec.submodule_search_locations or ())]
        return spec

    def _find_elsewhere(self, name: str, target: ModuleType | None) -> ModuleSpec | None:
        """Find a module anywhere but beside a job.

        Raises:
            ModuleNotFoundError: It is not installed, although a file beside a job has its name.
        """
        others = [folder for folder in sys.path if folder not in self.added]
        spec = PathFinder.find_spec(name, others, target)
        if spec is not None or PathFinder.find_spec(name, list(self.added)) is None:
            return spec
        for finder in sys.meta_path[sys.meta_path.index(self) + 1 :]:
            spec = None if finder is PathFinder else finder.find_spec(name, None, target)
            if spec is not None:
                return spec
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    def _is_beside(self, package: ModuleType | None) -> bool:
        if package is None:
            return False
        if isinstance(getattr(package, "__loader__", None), _Loader):
            return True
        if getattr(package, "__file__", None) is not None:
            return False
        # Python itself loads a folder without an __init__.py.
        folders = {os.path.join(folder, *package.__name__.split(".")) for folder in self.folders}
        return not folders.isdisjoint(package.__path__)


_FINDER = _Finder()
#: The modules beside jobs that were loaded, in order: the name and the file of each.
_LOADED: list[tuple[str, str]] = []


def before_loading() -> tuple[int, list[str], set[str]]:
    """Return what there is before a plan is loaded, for `forget`: modules, folders, and folders in `sys.path`."""
    return len(_LOADED), [*_FINDER.folders], {*_FINDER.added}


def files_loaded() -> set[str]:
    """Return the files of the modules beside jobs that were loaded and are not forgotten."""
    return {file for _, file in _LOADED}


def forget(before: tuple[int, list[str], set[str]]) -> None:
    """Forget the modules and folders that came later: a later job gets what its own files say then."""
    modules, folders, added = before
    for name, file in _LOADED[modules:]:
        if getattr(sys.modules.get(name), "__file__", None) == file:
            del sys.modules[name]
            package = name.rpartition(".")[0]
            while _is_folder(getattr(sys.modules.get(package), "__spec__", None)):
                del sys.modules[package]
                package = package.rpartition(".")[0]
    del _LOADED[modules:]
    _FINDER.folders[:] = folders
    for folder in _FINDER.added - added:
        with contextlib.suppress(ValueError):
            sys.path.remove(folder)
    _FINDER.added &= added


def _set_aside(folder: str) -> None:
    """Forget modules of other folders whose names are those of modules in this one: each job gets its own."""
    for name in {name.partition(".")[0] for name, _ in _LOADED}:
        found: ModuleSpec | None = getattr(sys.modules.get(name), "__spec__", None)
        own = PathFinder.find_spec(name, [folder])
        # A folder without an __init__.py comes behind any module of its name.
        if found is None or own is None or _place(own) == _place(found) or (_is_folder(own) and not _is_folder(found)):
            continue
        for loaded in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
            del sys.modules[loaded]


def _is_folder(spec: ModuleSpec | None) -> bool:
    """Whether it is a folder without an __init__.py, of which Python makes a package."""
    return spec is not None and spec.origin is None and spec.submodule_search_locations is not None


def _place(spec: ModuleSpec) -> Any:
    return spec.origin or [*(spec.submodule_search_locations or ())]


def imported_at(traceback: TracebackType | None) -> str | None:
    """Return the file of the module beside a job whose import raised, or None where it was another module."""
    found = None
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_code.co_name == "<module>" and isinstance(frame.f_globals.get("__loader__"), _Loader):
            found = frame.f_code.co_filename
        traceback = traceback.tb_next
    return found


def allow(folder: str) -> None:
    """Let modules of a folder be imported from now on, before others of the same name, unless that `is_taken`."""
    folder = os.path.abspath(folder)
    if folder not in sys.path:
        # Last, so that what we import later is never a file beside the job.
        sys.path.append(folder)
        _FINDER.added.add(folder)
    if _FINDER.folders[:1] != [folder]:
        if folder in _FINDER.folders:
            _FINDER.folders.remove(folder)
        _FINDER.folders.insert(0, folder)
        _set_aside(folder)
    if _FINDER not in sys.meta_path:
        at = sys.meta_path.index(PathFinder) if PathFinder in sys.meta_path else len(sys.meta_path)
        sys.meta_path.insert(at, _FINDER)
