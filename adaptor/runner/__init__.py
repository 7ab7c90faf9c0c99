"""From a file on disk to a final state, for the command line and for other programs.

```python
from adaptor.runner import run

result = run("workflow.yaml", {"data": {"psid": "6543210987654321"}}, credentials={"access_token": "…"})
```
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .api import check, run
    from .execution.result import Result, StepResult

__all__ = ["Result", "StepResult", "check", "run"]

_MODULES = {"Result": "execution.result", "StepResult": "execution.result", "check": "api", "run": "api"}


def __getattr__(name: str) -> Any:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module 'adaptor.runner' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{module}"), name)
