"""The topics of `adaptor docs`: short pages in Markdown beside this file, each with the name of a longer one."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent / "topics"

#: The topics, in the order in which they are listed.
TOPICS = ("state", "workflow", "sandbox", "dates", "errors", "codes")


class Topic:
    """One topic.

    Attributes:
        name: Its name.
        summary: What it is about, in one line.
        text: Its page in Markdown, without the heading.
    """

    def __init__(self, name: str) -> None:
        heading, _, text = (_FOLDER / f"{name}.md").read_text(encoding="utf-8").partition("\n")
        self.name = name
        self.summary = heading.partition(": ")[2]
        self.text = text.strip()


def topic(words: list[str]) -> Topic | None:
    """Return the topic that is asked for, also in the plural or singular, or None.

    Example:
        >>> topic(["workflows"]).name, topic(["send_text"])
        ('workflow', None)
    """
    if len(words) != 1:
        return None
    asked = words[0].lower()
    return next((Topic(name) for name in TOPICS if asked in (name, f"{name}s", name.removesuffix("s"))), None)


def topics() -> list[Topic]:
    """Return all topics."""
    return [Topic(name) for name in TOPICS]
