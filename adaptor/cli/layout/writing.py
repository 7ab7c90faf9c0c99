"""Writing long answers piece by piece."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def write_pieces(pieces: Iterable[str], path: str) -> None:
    """Write to a file that its owner alone can read, or to standard output where the path is `-`."""
    from ...core.text.harmless import harmless
    from ...runner.output.files import print_out, streamed

    if path == "-":
        for piece in pieces:
            print_out(harmless(piece), sys.stdout)
        return
    with streamed(path) as file:
        for piece in pieces:
            file.write(piece.encode("utf-8", "backslashreplace"))
