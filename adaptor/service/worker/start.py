"""The first module of a worker process: it has a guard above it before anything large is loaded."""

from __future__ import annotations

from ...runner.supervision.guard_above import guard_above


def main() -> None:
    """Be a worker until the pipe is closed."""
    is_guarded = guard_above()
    from .process import main as work

    work(is_guarded=is_guarded)
