"""Message echoes that a webhook has stored: Meta sends one for each message of the Page.

A file of them is the log of some webhook: the bodies that Meta posted, one JSON document a line, or a single document.
They may be wrapped in anything, since every webhook has its own format.

Source: https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/message-echoes
(checked 2026-11-25).
"""

from __future__ import annotations

import codecs
import sys
from typing import NamedTuple

from ...common.times import unix_seconds
from ...core.errors import InputError
from ...core.text.json_text import NotJson, read_answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any


class Echo(NamedTuple):
    """A message that the Page has sent.

    Attributes:
        message_id: Meta's id of it.
        recipient: The PSID of the recipient.
        metadata: The message's `metadata`: the ledger's own id, unless the job gave another.
        text: Its text, or None.
        seconds: When it was sent, in Unix seconds by Meta's clock.
    """

    message_id: str
    recipient: str
    metadata: str | None
    text: str | None
    seconds: float


class EchoFile:
    """The echoes of a file, read one by one: the file may be larger than the memory.

    Args:
        path: The file; `-` is standard input.

    Attributes:
        unreadable: How many lines are not JSON, such as the last line of a file that is still being written.
        first_unreadable: The first of these, counted from 1.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.unreadable = 0
        self.first_unreadable: int | None = None

    def __iter__(self) -> Iterator[Echo]:
        """Yield its echoes.

        Raises:
            InputError: The file cannot be read, or nothing in it is JSON.
        """
        self.unreadable, self.first_unreadable = 0, None
        try:
            if self.path == "-":
                yield from self._of_lines(sys.stdin.buffer)
                return
            with open(self.path, "rb") as file:
                whole = _document(file.read()) if self.path.lower().endswith(".json") else None
                if whole is not None:
                    yield from echoes_in(whole[0])
                else:
                    file.seek(0)
                    yield from self._of_lines(file)
        except OSError as cause:
            raise InputError(
                f"The echoes {self.path} cannot be read: {cause.strerror}.", fix="Check the path."
            ) from None

    def _of_lines(self, lines: Iterable[bytes]) -> Iterator[Echo]:
        read = False
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            found = _document(line)
            if found is None:
                self.unreadable += 1
                self.first_unreadable = self.first_unreadable or number
            else:
                read = True
                yield from echoes_in(found[0])
        if self.unreadable and not read:
            raise InputError(
                f"The echoes {self.path} are not JSON.", fix="Give what a webhook was sent, one JSON document a line."
            )


def _document(raw: bytes) -> tuple[Any] | None:
    try:
        # Read leniently, as Meta's answers are: an odd number in a log must not hide that a message was sent.
        return (read_answer(raw.removeprefix(codecs.BOM_UTF8)),)
    except NotJson:
        return None


def echoes_in(value: Any) -> Iterator[Echo]:
    """Yield the echoes that are anywhere in a JSON value.

    Example:
        >>> event = {"recipient": {"id": "65"}, "timestamp": 1764000000000, "message": {"is_echo": True, "mid": "m_1"}}
        >>> list(echoes_in({"object": "page", "entry": [{"messaging": [event]}]}))
        [Echo(message_id='m_1', recipient='65', metadata=None, text=None, seconds=1764000000.0)]
    """
    left = [value]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            if str(value.get("isBase64Encoded")).lower() == "true" and isinstance(value.get("body"), str):
                value = {**value, "body": _of_base64(value["body"]), "isBase64Encoded": False}
            echo = _echo(value)
            if echo is not None:
                yield echo
            else:
                left.extend(reversed(value.values()))
        elif isinstance(value, list):
            left.extend(reversed(value))
        elif isinstance(value, str) and value.lstrip("\ufeff \t\r\n")[:1] in ("{", "[", '"') and _may_hold(value):
            # A log or a queue may keep the body as text, perhaps inside another text.
            left.extend(_document(value.encode("utf-8", "replace")) or ())


def _may_hold(text: str) -> bool:
    """Whether a text may hold an echo, encoded once more or not; the others are not parsed."""
    return "is_echo" in text or "isBase64Encoded" in text


def _echo(event: dict[str, Any]) -> Echo | None:
    message, recipient, timestamp = event.get("message"), event.get("recipient"), event.get("timestamp")
    if isinstance(timestamp, str) and timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 20:
        timestamp = int(timestamp)
    if not isinstance(message, dict) or message.get("is_echo") is not True or not isinstance(recipient, dict):
        return None
    if "mid" not in message or "id" not in recipient or not isinstance(timestamp, int | float):
        return None
    try:
        sent_at = unix_seconds(timestamp)
    except ValueError:
        return None
    metadata, text = message.get("metadata"), message.get("text")
    return Echo(
        str(message["mid"]),
        str(recipient["id"]),
        metadata if isinstance(metadata, str) else None,
        text if isinstance(text, str) else None,
        sent_at,
    )


def _of_base64(text: str) -> str:
    import base64

    try:
        return base64.b64decode(text).decode("utf-8", "replace")
    except ValueError:
        return text
