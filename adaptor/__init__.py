"""Write Messenger jobs as short Python scripts: operations that take a state and return the next one.

```python
from adaptor import each, execute, send_text, state

remind = each(state.data.patients, send_text(state.data.psid, f"Hello {state.data.name}."))
execute(remind)({"data": {...}, "configuration": {"access_token": "…"}})
```
"""

from __future__ import annotations


def _modules() -> dict[str, str]:
    """Return in which module each public name is: the imports of `__init__.pyi`, each `name as name`."""
    stub = __spec__.loader.get_data(f"{__file__.rpartition('.')[0]}.pyi").decode()  # type: ignore
    found, module = {}, ""
    for line in stub.splitlines():
        if line.startswith("from ."):
            module, _, line = line[len("from .") :].partition(" import ")
        for item in line.split(","):
            name, is_import, _ = item.strip(" (").partition(" as ")
            if is_import:
                found[name] = module
    return found


_MODULES = _modules()
__all__ = sorted(_MODULES)


def __getattr__(name: str) -> object:
    # A module is imported when one of its names is first asked for, so that a job loads only what it uses.
    if name not in _MODULES:
        raise AttributeError(f"module 'adaptor' has no attribute {name!r}")
    from importlib import import_module

    room = import_module(f"{__name__}.{_MODULES[name]}")
    # The name is something in the module, or itself a module of the room.
    value = globals()[name] = getattr(room, name) if hasattr(room, name) else import_module(f"{room.__name__}.{name}")
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
