"""A submitted run sends as the Page that it names, and a run of a person goes on as that person's Page."""

import json

import pytest

from .processes import PSID, message, write_bot

PAGES = ("102030405060708", "112131415161718")


@pytest.mark.long
def test_a_submitted_run_sends_as_its_page_and_takes_the_answer(serve, forks, start_sandbox, tmp_path):
    boxes = [start_sandbox(page={"id": page, "name": page}) for page in PAGES]
    write_bot(tmp_path, boxes[0], 'send_text(state.data.psid, f"You said {state.data.text}")')
    steps = json.loads((tmp_path / "bot.json").read_text())["steps"]
    asks = {
        "id": "ask",
        "expression": f"send_text('{PSID}', 'Your name?')",
        "next": {"answer": {"on": "reply", "within": "1h"}},
    }
    (tmp_path / "bot.json").write_text(json.dumps({"id": "bot", "steps": [*steps, asks]}))
    given = json.loads((tmp_path / "credentials.json").read_text())
    named = {
        page: {**given, "page_id": page, "access_token": box.access_token, "base_url": box.url}
        for page, box in zip(PAGES, boxes, strict=True)
    }
    (tmp_path / "credentials.json").write_text(json.dumps(named))
    server = serve("--workers", "1")
    for number, words in enumerate((["--page", PAGES[1]], ["--person", f"{PAGES[0]}/{PSID}"])):
        done = forks.run(["submit", "bot.json", "--start", "ask", *words], cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        server.wait_for("ask: waits for an answer", number + 1)
    assert [[each.text for each in box.sent_to(PSID)] for box in boxes] == [["Your name?"]] * 2
    assert server.post(message(text="Ana")) == 200
    server.wait_for("ask: succeeded")
    assert [each.text for each in boxes[0].sent_to(PSID)] == ["Your name?", "You said Ana"]
    assert len(boxes[1].sent_to(PSID)) == 1
    assert forks.run(["submit", "bot.json", "--start", "ask", "--page", "999"], cwd=tmp_path).returncode == 0
    server.wait_for("This run is of the Page 999, and no configuration has that `page_id`")
    server.wait_for("ask: failed. Nothing was sent.")
