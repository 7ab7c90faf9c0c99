"""A local Messenger: the Graph API simulated on this machine, with people who read, write and tap.

It is an independent reading of Meta's documentation: this room imports nothing from the rest of the package, so that a
misreading in one of the two shows against the other. It needs only the standard library.

    with Sandbox.from_file("sandbox.json") as sandbox:
        sandbox.faults.next("lost", delivered=True)
        run_job(base_url=sandbox.url, access_token=sandbox.access_token)
        sandbox.person("6543210987654321").taps("Confirm")
        sandbox.assert_sent("6543210987654321", text="See you on Monday.", times=1)
        print(sandbox.transcript())

Whatever a client sends, the server answers it or closes the connection, and goes on. It refuses ambiguous HTTP, a body
of more than 256 MB (4 MB without files), a request that takes more than 60 seconds to arrive, and more than 256
connections at a time: with error 4, on which a client tries again. `server/server_limits.py` has all figures. A fault
of its own is answered 500 and logged.

The wings, each importing only those below it:

* `pytest_plugin`, `sandbox`: what tests and the command line use.
* `chat`: the chat page in the browser, and the same page as one file.
* `server`: sockets, requests and responses, batches. `people`: persons who act, and the clock and other controls.
* `edges`: one module for each part of Meta's API, and the routes to them. `sandbox_file`: reads `sandbox.json`.
* `simulation`: a Page with its engines: faults, rate limits, webhooks.
* `show`: messages as plain text, transcripts, assertions. `webhooks`: made, signed, delivered.
* `rules`: what Meta accepts. `faults`: what goes wrong on request.
* `request`: a request as Graph reads it.
* `state`: what the Page knows, and its storage in a file.
* `meta`: Meta's figures and error bodies. `checker`: collects the mistakes in a description.
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
