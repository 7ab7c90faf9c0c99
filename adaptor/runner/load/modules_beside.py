"""Importing modules beside a job: f-strings in them may hold lazy references, as in the job itself.

Each run has modules of its own, since several runs of a program may import different files under one name, in threads
too. So Python does not know the file beside a job as `words` but as a part of a package that stands for the job's
folder in this run alone. The import statements of the job and of these modules find it there.
"""

from __future__ import annotations

import ast
import builtins
import os
import sys
from functools import partial
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from itertools import count
from types import ModuleType

from ...core.run.context import Run, active
from ...core.run.owner import JOB_CODE
from ...core.text.module_names import MODULES_BESIDE
from ...core.values.template import TEXT, text_of
from .syntax import Texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType
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


class ModulesBeside:
    """The modules beside the jobs of one run.

    Attributes:
        files: The files of those that were loaded.
    """

    def __init__(self) -> None:
        self.files: set[str] = set()
        #: The name of the package that stands for a folder. The folder of the job that was loaded last comes first.
        self._packages: dict[str, str] = {}
        #: The names of modules that were not imported by a statement: Python knows them without a package.
        self._plain: set[str] = set()

    @classmethod
    def of(cls, run: Run) -> ModulesBeside:
        """Return those of a run."""
        found: ModulesBeside = run.resource("modules beside", cls)
        return found

    def builtins_for(self, folder: str) -> dict[str, Any]:
        """Return the builtins for a script in a folder: its import statements find the modules beside it."""
        folder = os.path.abspath(folder)
        package = self._packages.pop(folder, None)
        if package is None:
            package = f"{MODULES_BESIDE}_{next(_numbers)}"
            module = ModuleType(package)
            module.__path__ = [folder]
            sys.modules[package] = module
            _OWNERS[package] = self
        self._packages = {folder: package, **self._packages}
        if _FINDER not in sys.meta_path:
            at = sys.meta_path.index(PathFinder) if PathFinder in sys.meta_path else len(sys.meta_path)
            sys.meta_path.insert(at, _FINDER)
        return self._builtins(package)

    def _builtins(self, package: str) -> dict[str, Any]:
        return {**vars(builtins), JOB_CODE: True, "__import__": partial(self._import, package)}

    def close(self) -> None:
        """Forget the modules: a later run gets what the files say then."""
        ours = tuple(f"{package}." for package in self._packages.values())
        for name in [*sys.modules]:
            if name.startswith(ours) or name in self._plain:
                sys.modules.pop(name, None)
        for package in self._packages.values():
            sys.modules.pop(package, None)
            _OWNERS.pop(package, None)
        self._packages.clear()

    # --- Imports ---

    def _import(
        self,
        package: str,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 - as Python calls it
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        """Do what an import statement in a folder asks for: see `builtins.__import__`."""
        if level:
            # Python itself finds the siblings of a module in a package.
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        owner = self._package_with(name.partition(".")[0], package)
        if owner is None:
            return builtins.__import__(name, globals, locals, fromlist or (), 0)
        try:
            if fromlist:
                return builtins.__import__(f"{owner}.{name}", globals, locals, fromlist, 0)
            import_module(f"{owner}.{name}")
        except ModuleNotFoundError as error:
            if error.name is None or not error.name.startswith(f"{owner}."):
                raise
            plain = error.name.removeprefix(f"{owner}.")
            raise ModuleNotFoundError(str(error).replace(error.name, plain), name=plain) from None
        return sys.modules[f"{owner}.{name.partition('.')[0]}"]

    def _package_with(self, name: str, first: str) -> str | None:
        """Return the package that stands for the folder with a module: a script's own, else one of another job."""
        if is_taken(name):
            return None
        for package in (first, *self._packages.values()):
            if f"{package}.{name}" in sys.modules:
                return package
            spec = self._spec(name, package)
            if spec is None:
                continue
            # The program that runs the job has imported the same file.
            is_known = getattr(sys.modules.get(name), "__file__", None) == spec.origin is not None
            return None if is_known or (_is_folder(spec) and _is_installed(name)) else package
        return None

    def _spec(self, name: str, package: str) -> ModuleSpec | None:
        paths = getattr(sys.modules.get(package), "__path__", None)
        return None if paths is None else PathFinder.find_spec(f"{package}.{name}", paths)

    def plain_spec(self, name: str) -> ModuleSpec | None:
        """Find a module that is not imported by a statement, as by `importlib.import_module`."""
        package = self._package_with(name, "")
        if package is None:
            return None
        self._plain.add(name)
        return _rewriting(PathFinder.find_spec(name, sys.modules[package].__path__), self, package)

    def prepare(self, module: ModuleType, package: str, file: str) -> None:
        """Prepare a module before its code runs."""
        self.files.add(file)
        vars(module).update({TEXT: text_of, "__builtins__": self._builtins(package)})


#: The runs whose modules the packages hold.
_OWNERS: dict[str, ModulesBeside] = {}
_numbers = count(1)


class _Loader(SourceFileLoader):
    """Loads a module and rewrites its f-strings. It keeps no bytecode: Python would use that outside of jobs too."""

    def __init__(self, name: str, path: str, owner: ModulesBeside, package: str) -> None:
        super().__init__(name, path)
        self._owner = owner
        self._package = package

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> Any:  # type: ignore[override]
        tree = Texts().visit(ast.parse(data, path))
        return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True, optimize=_optimize)

    def path_stats(self, path: str) -> Any:
        # Without the time of the source, Python neither reads nor writes bytecode.
        raise OSError

    def exec_module(self, module: ModuleType) -> None:
        self._owner.prepare(module, self._package, self.path)
        super().exec_module(module)


class _Finder:
    """Finds modules in the packages that stand for the folders of jobs."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module of a job's folder, or of a package there."""
        package = name.partition(".")[0]
        owner = _OWNERS.get(package)
        if owner is not None and path is not None:
            return _rewriting(PathFinder.find_spec(name, path, target), owner, package)
        run = active.get()
        if path is None and run is not None and not is_taken(name):
            return ModulesBeside.of(run).plain_spec(name)
        return None


_FINDER = _Finder()


def _rewriting(spec: ModuleSpec | None, owner: ModulesBeside, package: str) -> ModuleSpec | None:
    if spec is not None and isinstance(spec.loader, SourceFileLoader):
        spec.loader = _Loader(spec.loader.name, spec.loader.path, owner, package)
    return spec


def _is_folder(spec: ModuleSpec | None) -> bool:
    """Whether it is a folder without an __init__.py, of which Python makes a package."""
    return spec is not None and spec.origin is None and spec.submodule_search_locations is not None


def _is_installed(name: str) -> bool:
    """Whether a module of this name is installed that is more than a folder."""
    found = PathFinder.find_spec(name)
    return found is not None and not _is_folder(found)


def imported_at(traceback: TracebackType | None) -> str | None:
    """Return the file of the module beside a job whose import raised, or None where it was another module."""
    found = None
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_code.co_name == "<module>" and isinstance(frame.f_globals.get("__loader__"), _Loader):
            found = frame.f_code.co_filename
        traceback = traceback.tb_next
    return found
