"""A dialogue in a real browser: the service is killed between question and answer, and the dialogue continues."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .processes import TOKEN, write_bot

pytestmark = pytest.mark.browser

ANA = "6543210987654321"
#: Where screenshots are kept; git ignores it.
SHOTS = Path(__file__).parents[2] / "build" / "screenshots"


def write(folder, sandbox):
    write_bot(folder, sandbox, "log(1)\n", app_secret=sandbox.app_secret)
    steps = [
        {"id": "hook", "type": "webhook", "next": "name"},
        {
            "id": "name",
            "expression": 'send_text(state.data.psid, "What is your name?")',
            "next": {"hello": {"on": "reply", "within": "2d"}},
        },
        {"id": "hello", "expression": 'send_text(state.data.psid, f"Hello {state.data.text}, you are registered.")'},
    ]
    (folder / "bot.json").write_text(json.dumps({"id": "bot", "steps": steps}))


def say(page, text):
    page.get_by_label("Write as").fill(text)
    page.keyboard.press("Enter")


@pytest.mark.long
def test_a_dialogue_continues_after_the_service_was_killed_between_question_and_answer(
    serve, start_sandbox, tmp_path, browser
):
    sandbox = start_sandbox(people=[{"id": ANA, "first_name": "Ana", "last_message_hours_ago": 50}])
    write(tmp_path, sandbox)
    server = serve()
    sandbox.subscribe(server.url, verify_token=TOKEN)
    context = browser.new_context(viewport={"width": 1280, "height": 820})
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{sandbox.page_url}#{ANA}")
    messages = page.get_by_role("article")
    say(page, "Hi")
    messages.filter(has_text="What is your name?").wait_for()
    server.wait_for("hook: waits for an answer")
    server.kill()
    again = serve()
    sandbox.subscribe(again.url, verify_token=TOKEN)
    say(page, "Ana Lima")
    messages.filter(has_text="Hello Ana Lima, you are registered.").wait_for()
    assert messages.count() == 4
    again.wait_for("hook: succeeded")
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / "dialogue.png")
    context.close()
    assert again.stop() == 0
