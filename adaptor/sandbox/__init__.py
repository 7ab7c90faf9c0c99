"""A Messenger of one's own: the Graph API simulated on this machine, with people who have windows and wishes.

An independent reading of Meta's documentation: this room imports nothing from the rest of the package, so that a
misreading in one of the two shows against the other. It needs nothing but the standard library.

    with Sandbox.from_file("sandbox.json") as sandbox:
        sandbox.faults.next("lost", delivered=True)
        run_job(base_url=sandbox.url, access_token=sandbox.access_token)
        sandbox.person("6543210987654321").taps("Confirm")
        sandbox.assert_sent("6543210987654321", text="See you on Monday.", times=1)
        print(sandbox.transcript())

The modules, from the wire inwards:

* `server` (sockets), `multipart` and `parameters` (what was asked), `api` (from a request to an answer), `wire` and
  `writing` (Meta's bytes), `batch` and `references`, `perform` (one call, with `faults` and `rates`), `routes` (who
  answers), `access` (tokens), `fields` and `paging`.
* One module per part of Meta's API: `messages`, `attachments`, `profile`, `menus`, `personas`, `people`, `labels`,
  `linking`, `conversations` with `message_fields`, `moderation`, `thread_control`, `apps`, `page`, `insights`,
  `message_templates`, `stickers`, `notifications`.
* Meta's rules: `content`, `templates`, `utility`, `recipients`, `windows`, `limits` (figures), `errors` (words).
* What this Page knows: `page`, `objects`, `records`, `uploads` (bytes of files), `events` (every change, numbered, to be
  waited for), `keep` and `serialize` (in a file).
* What comes back: `someone` and `taps` (people act), `receipts`, `webhooks` and `callback`.
* For tests: `sandbox`, `directions`, `expectations`, `transcript` and `bubbles`, `settings` and `checker`,
  `pytest_plugin`.
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
