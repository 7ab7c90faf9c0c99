"""`adaptor dev`: from the chat page through webhook, workflow and Graph back onto the page."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import requests

EXAMPLE = Path(__file__).parents[2] / "examples" / "faq"
ANA = "6543210987654321"


@pytest.fixture
def dev(serve, tmp_path):
    """Start `adaptor dev` with a copy of the example."""
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)

    def start(*words):
        server = serve("--workers", "1", *words, command=("dev", "bot.yaml"))
        server.page = server.wait_for(r"write to it\s+(http\S+)")[0]
        return server

    return start


def write(server, text, psid=ANA):
    """Write as a person, as the page does."""
    token = re.search(r'name="sandbox-token" content="([^"]+)"', requests.get(server.page, timeout=60).text)[1]
    act = {"act": "says", "psid": psid, "text": text}
    answer = requests.post(f"{server.page}act", json=act, headers={"X-Sandbox-Token": token}, timeout=60)
    assert answer.ok, answer.text


@pytest.mark.long
def test_what_a_person_writes_is_answered_and_shown(dev):
    server = dev()
    write(server, "When are you open?")
    assert server.wait_for(r"“(.+)” → hours_asked") == ["When are you open?"]
    server.wait_for(r"hours_asked: succeeded\. Messages: 1 sent")
    assert server.stop() == 0


@pytest.mark.long
def test_an_edited_workflow_answers_the_next_message(dev, tmp_path):
    server = dev()
    bot = (tmp_path / "bot.yaml").read_text()
    (tmp_path / "bot.yaml").write_text(
        bot.replace("hours|closed?", "hours|closed?|lunch").replace("9 to 17", "8 to 18")
    )
    server.wait_for("was read again")
    write(server, "And at lunch?")
    server.wait_for("hours_asked: succeeded")
    # A mistake is shown, and the triggers stay.
    (tmp_path / "bot.yaml").write_text(bot.replace("next: hours", "next: hour"))
    server.wait_for("The triggers stay as they were")
    write(server, "lunch")
    server.wait_for(r"lunch” → hours_asked")


@pytest.mark.long
def test_it_leaves_nothing_behind(dev, tmp_path):
    server = dev()
    write(server, "Hi")
    server.wait_for("succeeded")
    before = sorted(path.name for path in tmp_path.iterdir())
    assert server.stop() == 0
    assert before == sorted(path.name for path in EXAMPLE.iterdir() if path.name != "__pycache__")


@pytest.mark.long
@pytest.mark.browser
def test_a_person_types_on_the_chat_page_and_the_answer_appears(dev, browser):
    server = dev()
    page = browser.new_page()
    page.goto(f"{server.page}#{ANA}")
    page.get_by_label("Write as").fill("Hello")
    page.keyboard.press("Enter")
    page.get_by_role("log").get_by_text("What would you like to know?").wait_for(timeout=30_000)
    page.get_by_role("button", name="Opening hours").click()
    page.get_by_role("log").get_by_text("9 to 17").wait_for(timeout=30_000)
    page.close()
