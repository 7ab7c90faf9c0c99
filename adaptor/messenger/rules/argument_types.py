"""What the operations of this room take as arguments; each may also be lazy."""

from __future__ import annotations

from typing import Any, TypeAlias

from ...core.operation import Value

#: A PSID, or one of Meta's recipient objects.
Recipient: TypeAlias = "Value[str | int | dict[str, Any]]"
#: A PSID, or the object `{"id": …}` by which webhooks name a sender.
Psid: TypeAlias = "Value[str | int | dict[str, Any]]"
OptionalPsid: TypeAlias = "Value[str | int | dict[str, Any] | None]"
#: What Meta calls an object: a dict in its spelling.
Object: TypeAlias = "Value[dict[str, Any]]"
OptionalObject: TypeAlias = "Value[dict[str, Any] | None]"
QuickReplies: TypeAlias = "Value[list[dict[str, Any]] | None]"
Text: TypeAlias = "Value[str]"
OptionalText: TypeAlias = "Value[str | None]"
#: A list of Meta's words, or a text with commas between them.
Words: TypeAlias = "Value[str | list[str]]"
OptionalWords: TypeAlias = "Value[str | list[str] | None]"
Flag: TypeAlias = "Value[bool | None]"
Count: TypeAlias = "Value[int | None]"
#: A Unix time, or an ISO date.
Time: TypeAlias = "Value[str | int | None]"
#: What makes a send one that happens at most once ever.
Key: TypeAlias = "Value[str | int | None]"
