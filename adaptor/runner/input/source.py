"""A text that a run is given: its name, what it is, and its problems, each with line, column and caret."""

from __future__ import annotations

import errno
import os
import stat
import sys

from ...core.errors import InputError
from ..problems.problems import FileProblem
from ..problems.source_lines import pointed_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..problems.covered import Covered


class Source:
    """A text that a run is given.

    Args:
        file: The name by which errors call it: a path, or `standard input`, `-S` and the like.
        text: The text.
        what: What it is to people, such as `workflow`.
        is_secret: It may hold a credential: no error shows a line or a value of it.
    """

    def __init__(self, file: str, text: str, what: str, *, is_secret: bool = False) -> None:
        self.file = file
        self.text = text
        self.what = what
        self.is_secret = is_secret
        self._covered: Covered | None = None

    def hides(self, offset: int | None) -> bool:
        """Whether errors hide the text at a place."""
        return self.is_secret or offset is None or self._cover().holds(offset)

    def _cover(self) -> Covered:
        if self._covered is None:
            # Imported only for an error, since it takes a while.
            from ..problems.covered import Covered

            self._covered = Covered(self.text)
        return self._covered

    def problem(self, what: str, offset: int | None = None, width: int = 1, *, fix: str = "") -> FileProblem:
        """Return a problem with the text.

        Args:
            what: What is wrong.
            offset: Where in the text; None is the whole of it.
            width: How many characters the caret underlines.
            fix: What to do about it.
        """
        problem = FileProblem(what, fix=fix)
        problem.file = self.file
        if offset is not None:
            begin = self.text.rfind("\n", 0, offset) + 1
            problem.line = self.text.count("\n", 0, begin) + 1
            problem.column = offset - begin + 1
            problem.excerpt = self._excerpt(begin, problem.line, offset - begin, max(width, 1))
        return problem

    def _excerpt(self, begin: int, line: int, column: int, width: int) -> str | None:
        end = self.text.find("\n", begin)
        shown = self.text[begin : end if end >= 0 else None]
        if self.is_secret:
            return None
        return pointed_line(self._cover().line(shown, begin), line, column, column + width) or None


def read_source(file: str, what: str, *, is_secret: bool = False) -> Source:
    """Read a text file, or standard input where the path is `-`.

    Raises:
        InputError: It cannot be read, or is not UTF-8.
    """
    try:
        raw = sys.stdin.buffer.read() if file == "-" else _bytes_of(file)
    except IsADirectoryError:
        from ..hints.paths import files_of_data

        raise InputError(f"The {what} {file} is a folder.", fix=f"{files_of_data(file)} Nothing was run.") from None
    except (OSError, ValueError) as cause:
        raise _no_file(file, what, cause) from None
    # Some editors put a byte order mark in front.
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    name = "standard input" if file == "-" else file
    try:
        return Source(name, raw.decode(), what, is_secret=is_secret)
    except UnicodeDecodeError as cause:
        from ..hints.texts import of_bytes

        hint = of_bytes(raw)
        # A line of a file that is no text at all says nothing.
        source = Source(name, raw.decode("utf-8", "replace"), what, is_secret=is_secret or hint is not None)
        kind, fix = (f": it {hint[0]}", hint[1]) if hint is not None else ("", "Save it as UTF-8.")
        offset = len(raw[: cause.start].decode())
        raise source.problem(f"The {what} is not UTF-8 text{kind}.", offset, fix=f"{fix} Nothing was run.") from None


def _no_file(file: str, what: str, cause: OSError | ValueError) -> InputError:
    from ..hints.paths import DATA, RUNNABLE, nearest_file
    from ..hints.texts import of_path
    from ..problems.covered import covered_name

    if (hint := of_path(file, what)) is not None:
        return InputError(f"The {what} {hint[0]}.", fix=f"{hint[1]} Nothing was run.")
    fix = "Check the path."
    if isinstance(cause, FileNotFoundError):
        fix = nearest_file(file, RUNNABLE if what == "workflow" else DATA, fix)
    return InputError(f"The {what} {covered_name(file)} {why_unreadable(cause)}.", fix=f"{fix} Nothing was run.")


def why_unreadable(cause: OSError | ValueError) -> str:
    """Return why a file cannot be read, as the end of a sentence after the file's name."""
    if isinstance(cause, FileNotFoundError):
        return "does not exist"
    if isinstance(cause, OSError):
        return f"cannot be read ({cause.strerror})"
    return "cannot be a file: its name holds a NUL or half a character"


def _bytes_of(file: str) -> bytes:
    with open(file, "rb") as stream:
        if stat.S_ISCHR(os.fstat(stream.fileno()).st_mode) and not stream.isatty():
            # Such as /dev/zero, which has no end.
            raise OSError(errno.EINVAL, "it is a device")
        return stream.read()


def of_argument(text: str, file: str = "-S", what: str = "state given with -S") -> Source:
    """Return a text that the command line gives.

    Args:
        text: As Python has read it.
        file: As in `Source`; so is `what`.
        what: By default it is the state that `-S` gives.

    Raises:
        InputError: It is not UTF-8.
    """
    source = Source(file, text, what)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            try:
                # Where the locale is not UTF-8, Python keeps the bytes of other characters as halves of characters.
                source.text = os.fsencode(text).decode()
            except UnicodeError:
                raise source.problem("It is not UTF-8.", fix="Give it in a file, -s FILE, in UTF-8.") from None
    return source
