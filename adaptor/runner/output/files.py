"""Writing the files and the standard output of a command: whole or not at all, readable by the owner alone."""

from __future__ import annotations

import contextlib
import os
from stat import S_ISSOCK

from ...core.errors import InputError
from ...core.text.harmless import harmless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO, TextIO


class CannotPrint(OSError):
    """Standard output cannot be written. What the command did is done, so this is no refusal of an input."""


def print_out(text: str, stdout: TextIO) -> None:
    """Write to standard output, always in UTF-8; it is no error where the reader is gone.

    Raises:
        CannotPrint: It cannot be written for another reason, such as a full disk.
    """
    try:
        stdout.flush()
        stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        stdout.buffer.flush()
    except BrokenPipeError:
        _give_up(stdout)
    except OSError as cause:
        _give_up(stdout)
        raise CannotPrint(cause.errno, cause.strerror) from None


def _give_up(stdout: TextIO) -> None:
    """Write nothing more: else Python would report the error once more when it closes the stream."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())


def check_output(path: str) -> None:
    """Refuse an output that cannot be written, before the job has sent anything.

    Raises:
        InputError: The folder is missing or may not be written to, or the path is a folder.
    """
    target = os.path.realpath(path)
    folder = os.path.dirname(target)
    if _is_written_as_it_is(path):
        if S_ISSOCK(os.stat(path).st_mode):
            reason = "it is a socket"
        elif os.access(path, os.W_OK):
            return
        else:
            reason = "it may not be written to"
    elif os.path.isdir(target):
        reason = "it is a folder"
    elif not os.path.isdir(folder):
        reason = "its folder does not exist"
    elif not os.access(folder, os.W_OK):
        reason = "its folder may not be written to"
    else:
        return
    raise InputError(f"The output {path} cannot be written: {reason}.", fix="Check the path; nothing was run.")


def _is_written_as_it_is(path: str) -> bool:
    """Whether a path is of a device, a pipe or the like, which nothing may take the place of."""
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


def write_output(text: str, path: str, stdout: TextIO | None = None, *, mode: int | None = None) -> None:
    """Write the final state to a file, whole or not at all, or to standard output where the path is `-`.

    A new file can be read by its owner alone: final states hold people's data.

    Args:
        text: What is written.
        path: The file.
        stdout: Standard output, if the path may be `-`.
        mode: The mode of the file. Default: that of the file it replaces, else 0600.

    Raises:
        InputError: The file cannot be written.
    """
    if path == "-" and stdout is not None:
        try:
            # It is JSON, which may hold any sign in this way.
            print_out(harmless(text), stdout)
        except OSError as cause:
            raise InputError(
                f"The final state cannot be written to standard output: {cause.strerror or cause}.",
                fix="Check the space and what reads it, or give a file with -o FILE.",
            ) from None
        return
    with streamed(path, mode=mode) as file:
        file.write(text.encode("utf-8", "backslashreplace"))


@contextlib.contextmanager
def streamed(path: str, *, mode: int | None = None) -> Iterator[IO[bytes]]:
    """Write a file, whole or not at all; a new one can be read by its owner alone.

    Args:
        path: The file.
        mode: The mode of the file. Default: that of the file it replaces, else 0600.

    Raises:
        InputError: It cannot be written.
    """
    import tempfile

    if _is_written_as_it_is(path):
        try:
            with open(path, "wb") as there:
                yield there
        except OSError as cause:
            raise _not_written(path, cause) from None
        return
    temporary = None
    try:
        # Through links, so that the file they point to is replaced, not the link.
        target = os.path.realpath(path)
        folder, name = os.path.split(target)
        if mode is None:
            mode = os.stat(target).st_mode & 0o777 if os.path.exists(target) else 0o600
        with tempfile.NamedTemporaryFile("wb", dir=folder, prefix=f".{name}.", delete=False) as file:
            temporary = file.name
            yield file.file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException as cause:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        if not isinstance(cause, OSError):
            raise
        raise _not_written(path, cause) from None


def _not_written(path: str, cause: OSError) -> InputError:
    reason = cause.strerror or cause
    return InputError(f"The output {path} cannot be written: {reason}.", fix="Check the folder and the space.")
