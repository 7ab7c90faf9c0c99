"""A Messenger of one's own: the Graph API simulated on this machine, with people who have windows and wishes.

An independent reading of Meta's documentation: this room imports nothing from the rest of the package, so that a
misreading in one of the two shows against the other. It needs nothing but the standard library.

    with Sandbox.from_file("sandbox.json") as sandbox:
        run_job(base_url=sandbox.url, access_token=sandbox.access_token)
        print(sandbox.transcript())

The rooms' modules, from the wire inwards: `server` (sockets), `multipart` and `parameters` (what was asked),
`routes` (who answers), `access` (tokens), one module per part of Meta's API (`messages`, `people`), `content`,
`templates`, `utility` and `windows` (Meta's rules), `world` (what this Page knows), `transcript` (what people saw).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adaptor.sandbox.checker import SandboxError
    from adaptor.sandbox.sandbox import Sandbox

__all__ = ["Sandbox", "SandboxError"]


def __getattr__(name: str) -> object:
    """Load a name when it is first asked for: a command that starts no sandbox pays nothing for it."""
    if name == "Sandbox":
        from adaptor.sandbox.sandbox import Sandbox

        return Sandbox
    if name == "SandboxError":
        from adaptor.sandbox.checker import SandboxError

        return SandboxError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Show the public names to `dir` and to editors."""
    return __all__
