"""A sandbox with its chat page, over HTTP and in a real browser."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
import requests

from adaptor.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ANA, BJÖRK, CARLOS, DANA, ELI = (f"65432109876543{number}" for number in (21, 22, 23, 24, 25))
PEOPLE = [
    {"id": ANA, "first_name": "Ana", "last_name": "Lima"},
    {"id": BJÖRK, "first_name": "Björk", "last_message_hours_ago": 22.5},
    {"id": CARLOS, "first_name": "Carlos", "last_message_hours_ago": 50},
    {"id": DANA, "first_name": "Dana", "last_message_hours_ago": None},
    {"id": ELI, "first_name": "Eli", "blocked": True},
]
TEMPLATES = [
    {
        "name": "reminder",
        "language": "en",
        "header": "Your appointment",
        "body": "Hello {{1}}, see you on {{2}} at nine.",
        "buttons": [{"type": "POSTBACK", "text": "Confirm"}, {"type": "URL", "text": "Directions"}],
    }
]
#: Where screenshots are kept; git ignores it.
SHOTS = Path(__file__).parents[3] / "build" / "screenshots"


class Visitor:
    """Speaks to the page's server as the page does, and to the Graph API as a program does."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.trust_env = False
        self.html = self.session.get(sandbox.page_url, timeout=60)
        self.token = re.search(r'name="sandbox-token" content="([^"]+)"', self.html.text)[1]

    def get(self, name: str, **details: Any) -> Any:
        return self.session.get(f"{self.sandbox.page_url}{name}", params=details, timeout=60).json()

    def post(self, name: str, token: str | None = "", **options: Any) -> requests.Response:
        headers = {**options.pop("headers", {}), "X-Sandbox-Token": self.token if token == "" else token}
        return self.session.post(f"{self.sandbox.page_url}{name}", headers=headers, timeout=60, **options)

    def act(self, name: str, psid: str = ANA, **details: Any) -> dict[str, Any]:
        return self.post("act", json={"act": name, "psid": psid, **details}).json()

    def call(self, path: str, body: dict[str, Any], **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.sandbox.access_token}"}
        return self.session.post(
            f"{self.sandbox.url}/v26.0/me/{path}", json=body, headers=headers, timeout=60, **options
        ).json()

    def send(self, message: dict[str, Any], psid: str = ANA, **others: Any) -> str:
        answer = self.call(
            "messages", {"recipient": {"id": psid}, "messaging_type": "RESPONSE", "message": message, **others}
        )
        assert "message_id" in answer, answer
        return str(answer["message_id"])

    def batch(self, *people: str) -> Any:
        """Send a text to each of these people in one call, as a broadcast does."""
        parts = [
            {
                "method": "POST",
                "relative_url": "me/messages",
                "body": urlencode(
                    {
                        "recipient": json.dumps({"id": psid}),
                        "messaging_type": "RESPONSE",
                        "message": json.dumps({"text": "To all"}),
                    }
                ),
            }
            for psid in people
        ]
        form = {"batch": json.dumps(parts), "access_token": self.sandbox.access_token}
        return self.session.post(f"{self.sandbox.url}/v26.0/", data=form, timeout=60).json()

    def template(self, payload: dict[str, Any], psid: str = ANA) -> str:
        return self.send({"attachment": {"type": "template", "payload": payload}}, psid)


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    """Somebody at the page of a clinic."""
    with Sandbox(
        page={"id": "102030405060708", "name": "Sunrise Clinic"}, people=PEOPLE, templates=TEMPLATES
    ) as sandbox:
        found = Visitor(sandbox)
        yield found
        found.session.close()


class Window:
    """A window of the browser, which notes everything that must not happen."""

    def __init__(self, context: Any, home: str) -> None:
        self.page = context.new_page()
        self.page.set_default_timeout(10_000)
        self.complaints: list[str] = []
        self.page.on("console", lambda line: self._note(line.type in {"error", "warning"}, f"console: {line.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: (self.complaints.append("a dialog"), dialog.dismiss()))
        self.page.on(
            "request",
            lambda call: self._note(not call.url.startswith((home, "data:", "file:", "blob:")), f"request: {call.url}"),
        )

    def _note(self, is_bad: bool, words: str) -> None:
        if is_bad:
            self.complaints.append(words)

    def shot(self, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")


@pytest.fixture
def window(browser: Any, visitor: Visitor) -> Iterator[Callable[..., Window]]:
    """Open windows; none may complain or ask another machine for anything."""
    contexts, windows = [], []

    def open_(path: str = "", width: int = 1280, height: int = 820, **options: Any) -> Window:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **options))
        windows.append(Window(contexts[-1], visitor.sandbox.url))
        windows[-1].page.goto(path if "://" in path else visitor.sandbox.page_url + path)
        return windows[-1]

    yield open_
    for context in contexts:
        context.close()
    assert [complaint for each in windows for complaint in each.complaints] == []
