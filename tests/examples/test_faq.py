"""The FAQ bot: each question finds its answer."""

from pathlib import Path

import pytest

from adaptor.runner import check, run
from adaptor.runner.load.credentials import Credentials
from adaptor.sandbox import Sandbox
from adaptor.service.inbox.facts import events_in
from adaptor.service.triggers.project import load_project
from adaptor.service.triggers.runs import entries_for

FAQ = Path(__file__).parents[2] / "examples" / "faq"
ANA = "6543210987654321"


def event_of(content):
    item = {"sender": {"id": ANA}, "recipient": {"id": "102030405060708"}, "timestamp": 1796081400000, **content}
    (event,) = events_in({"object": "page", "entry": [{"id": "102030405060708", "messaging": [item]}]})
    return event


def test_nothing_is_wrong_with_the_bot():
    prepared = check(FAQ / "bot.yaml")
    assert (prepared.problems, prepared.warnings) == ([], [])


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        ({"message": {"mid": "1", "text": "What are your opening hours?"}}, "9 to 17"),
        ({"message": {"mid": "2", "text": "Hours", "quick_reply": {"payload": "HOURS"}}}, "9 to 17"),
        ({"postback": {"mid": "3", "payload": "WAY"}}, "5 Harbour Street"),
        ({"message": {"mid": "4", "text": "Where are you"}}, "5 Harbour Street"),
        ({"message": {"mid": "5", "text": "Hello!"}}, "What would you like to know?"),
        ({"message": {"mid": "6", "attachments": [{"type": "image", "payload": {}}]}}, "What would you like to know?"),
    ],
)
def test_each_question_finds_its_answer(content, answer):
    event = event_of(content)
    (entry,) = entries_for(load_project(str(FAQ / "bot.yaml"), Credentials(is_lenient=True)), event)
    with Sandbox.from_file(FAQ / "sandbox.json") as sandbox:
        sandbox.person_writes(ANA, "Hello")
        credentials = {"access_token": sandbox.access_token, "base_url": sandbox.url}
        found = run(
            FAQ / "bot.yaml", {"data": event.facts}, start=entry.step, credentials=credentials, database=":memory:"
        )
        assert found.exit_code == 0, found.error
        (message,) = sandbox.messages
    assert answer in message.text
    assert [each["payload"] for each in message.payload["quick_replies"]] == ["HOURS", "WAY"]
