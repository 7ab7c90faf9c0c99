"""One object of a payload, read field by field; whatever is refused is named by its place.

Fields that nobody asks for pass, since Meta adds new ones; null counts as absent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..rules.limits import check_items, check_object, check_text, check_whole_number, refuse
from ..rules.values import check_amount, check_choice, check_id, check_reachable, check_url

if TYPE_CHECKING:
    from collections.abc import Collection


class PayloadReader:
    """An object whose values may still be lazy.

    Args:
        content: The object, in Meta's spelling.
        place: Its place, such as `elements[3].buttons[0]`; empty for the payload of a template.
    """

    __slots__ = ("content", "place")

    def __init__(self, content: dict[str, Any], place: str = "") -> None:
        self.content = content
        self.place = place

    def field(self, key: str) -> str:
        """Return the place of one of its fields."""
        return f"{self.place}.{key}" if self.place else key

    def get(self, key: str) -> Any:
        """Return a field, None where it is absent."""
        return self.content.get(key)

    def has(self, key: str) -> bool:
        """Whether a field is there, known or not; null is not."""
        return self.content.get(key) is not None

    def is_true(self, key: str) -> bool:
        """Whether a flag is known to be set."""
        value = self.content.get(key)
        return value is True or (isinstance(value, str) and value.lower() == "true")

    def says(self, key: str) -> bool:
        """Whether a field is there and no empty text, or may be so when it is known."""
        value = self.content.get(key)
        return value is not None and not (isinstance(value, str) and not value)

    def text(
        self, key: str, limit: str | None = None, *, required: bool = True, may_be_empty: bool | None = None
    ) -> None:
        """Check a text; an optional one may be empty too."""
        if required or self.has(key):
            empty = not required if may_be_empty is None else may_be_empty
            check_text(self.field(key), self.get(key), limit, may_be_empty=empty)

    def url(self, key: str, *, required: bool = True, secure: bool = False, why: str = "") -> None:
        """Check an address on the web; an optional one may be empty too."""
        if required or self.says(key):
            check_url(self.field(key), self.get(key), secure=secure, why=why)

    def picture(self, key: str, *, required: bool = True) -> None:
        """Check the address of a picture that Meta fetches."""
        self.url(key, required=required)
        if self.says(key):
            check_reachable(self.field(key), self.get(key))

    def choice(self, key: str, choices: Collection[str], *, required: bool = True) -> None:
        """Check one of Meta's words."""
        if required and not self.has(key):
            raise refuse(self.field(key), "is missing", f"Use one of {', '.join(choices)}.", limit=list(choices))
        check_choice(self.field(key), self.get(key), choices)

    def identifier(self, key: str) -> None:
        """Check an id."""
        check_id(self.field(key), self.get(key))

    def amount(self, key: str, *, required: bool = True) -> None:
        """Check a decimal number."""
        if required or self.has(key):
            check_amount(self.field(key), self.get(key))

    def whole_number(self, key: str, limit: str) -> None:
        """Check a whole number where there is one."""
        if self.has(key):
            check_whole_number(self.field(key), self.get(key), limit)

    def items(self, key: str, limit: str | None = None, *, required: bool = True) -> list[tuple[str, Any]]:
        """Check the length of a list. Returns the items that are known, each with its place."""
        return check_items(self.field(key), self.get(key), limit) if required or self.has(key) else []

    def readers(
        self, key: str, example: str, limit: str | None = None, *, required: bool = True
    ) -> list[PayloadReader]:
        """Check the length of a list of objects. Returns those that are known."""
        found = [reader_of(item, place, example) for place, item in self.items(key, limit, required=required)]
        return [reader for reader in found if reader is not None]

    def reader(self, key: str, example: str, *, required: bool = True) -> PayloadReader | None:
        """Check that a field is an object. Returns it where it is known."""
        return reader_of(self.get(key), self.field(key), example) if required or self.has(key) else None


def reader_of(value: Any, place: str, example: str) -> PayloadReader | None:
    """Refuse what is not an object. Returns a reader of it, or None where it is still lazy."""
    content = check_object(place, value, example)
    return None if content is None else PayloadReader(content, place)
