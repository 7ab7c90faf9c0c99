"""The page of a report, as a person reads it: in a real browser, from reports of every kind."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from adaptor.runner.report.report_html import page

HOSTILE = "<img src=x onerror=alert(1)> </script><script>alert(2)</script> & `code`"


def entry(outcome, number, **others):
    return {
        "recipient": str(7100000000000000 + number),
        "is_message": True,
        "outcome": outcome,
        "step": "job-1",
        "operation": "send_text",
        "place": f"step 1 · try_each[{number}, people.csv line {number + 2}] · send_text",
        "seconds": 0.01,
        **others,
    }


def refused(number, name="WindowClosed", message="The window is closed."):
    error = {"name": name, "code": 10, "message": message, "fix": "Wait until they write.", "sent": "no"}
    return entry("failed", number, error=error)


def step(name="job-1", seconds=1.2, **others):
    facts = {
        "id": name,
        "name": name,
        "arrival": 0,
        "kind": "job",
        "outcome": "success",
        "handled": False,
        "started": 0.0,
        "seconds": seconds,
        "next": [],
        "operations": [{"name": "try_each", "seconds": seconds}],
        "calls": {},
    }
    return {**facts, **others}


def report(*recipients, exit_code=0, status="well", messages=None, steps=None, errors=(), **run):
    counts = dict(Counter(each["outcome"] for each in recipients)) if messages is None else messages
    return {
        "adaptor": "0",
        "run": {
            "id": "20261128-034337-kiy2",
            "path": "../clinic/reminders/job.py",
            "workflow": None,
            "started": "2026-11-28T03:43:37.806+00:00",
            "seconds": 1.2,
            "exit_code": exit_code,
            "status": status,
            "sent_to": "graph",
            **run,
        },
        "outcomes": counts,
        "messages": counts,
        "steps": [step()] if steps is None else steps,
        "calls": {},
        "recipients": list(recipients),
        "errors": list(errors),
    }


def words(html):
    """The text of a page, without its style and script."""
    body = html.partition("<body>")[2].partition("<script>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


ERROR = {"step": "job-1", "name": "JobError", "description": "KeyError: 'a'", "report": "JobError", "line": 3}


@pytest.mark.parametrize(
    ("given", "lead"),
    [
        (report(entry("sent", 1)), "The message was sent."),
        (report(entry("sent", 1), entry("sent", 2)), "All 2 messages were sent."),
        (report(entry("sent", 1), refused(2)), "1 of 2 messages was sent."),
        (report(messages={"sent": 5, "skipped": 3, "duplicate": 1}), "All 5 messages were sent."),
        (report(messages={"sent": 5, "unknown": 1}), "5 of 6 messages were sent. 1 message may have arrived"),
        (report(messages={"described": 4}, sent_to="nowhere"), "4 messages would be sent."),
        (report(messages={"sent": 3}, exit_code=1, status="with errors", errors=[ERROR]), "3 messages were sent."),
        (report(exit_code=3, status="crashed", errors=[ERROR]), "No message was sent."),
        (report(exit_code=2, status="bad input", steps=[], errors=[ERROR]), "The run did not start."),
    ],
)
def test_one_sentence_says_how_the_messages_ended(given, lead):
    assert lead in words(page(given))


def test_a_run_that_crashed_shows_no_success():
    given = report(exit_code=3, status="crashed", errors=[ERROR], steps=[step(outcome="fail")])
    html = page(given).partition("<body>")[2]
    assert "Crashed" in html
    assert "good" not in html
    assert 'class="tile' not in html


def test_a_job_that_cannot_be_loaded_was_not_run():
    shown = words(page(report(exit_code=3, status="crashed", errors=[ERROR], steps=[], started="", seconds=0.0)))
    assert "Not run: cannot be loaded" in shown
    assert "Took" not in shown


def test_the_reader_is_told_where_messages_went():
    assert "nobody real was written to" in words(page(report(entry("sent", 1), sent_to="sandbox")))
    assert "Sandbox" not in words(page(report(entry("sent", 1))))


def test_a_broadcast_counts_whom_it_does_not_list():
    counts = {"sent": 216, "skipped": 22, "duplicate": 1}
    shown = words(page(report(entry("skipped", 1), entry("duplicate", 2), messages=counts)))
    for part in ("216 messages sent", "22 messages left out", "1 message duplicate, sent once"):
        assert part in shown
    assert "21 more are counted, not listed" in shown
    assert "--results FILE" in shown


@pytest.mark.parametrize(
    ("whole", "labels"),
    [
        (0.098, ["0", "20 ms", "40 ms", "60 ms", "80 ms"]),
        (1.24, ["0", "0.5 s", "1.0 s"]),
        (16.9, ["0", "5 s", "10 s", "15 s"]),
        (95, ["0", "20 s", "40 s", "1 min", "1 min 20 s"]),
        (5400, ["0", "30 min", "1 h", "1 h 30 min"]),
        (500_000, ["0", "48 h", "96 h"]),
    ],
)
def test_the_axis_has_round_labels(whole, labels):
    steps = [step("load", whole / 10), step("send", whole * 0.9, started=whole / 10)]
    html = page(report(entry("sent", 1), steps=steps))
    axis = html.partition('<div class="axis"')[2].partition("</section>")[0]
    assert re.findall(r"<span[^>]*>([^<]+)</span>", axis) == labels


def test_times_are_those_of_a_clock():
    assert re.search(r"\d+ November 2026, \d\d:\d\d [A-Z+]", words(page(report(entry("sent", 1)))))
    assert "37.806" not in page(report(entry("sent", 1)))


@pytest.mark.long
@pytest.mark.browser
def test_the_list_of_recipients_is_folded_searched_and_filtered(browser, tmp_path):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    people = [entry("sent", number) for number in range(300)]
    people += [refused(400), refused(401, "RecipientUnavailable", HOSTILE), entry("skipped", 402, recipient=HOSTILE)]
    file = tmp_path / "report.html"
    file.write_text(page(report(*people)), encoding="utf-8")
    window = browser.new_page(viewport={"width": 1280, "height": 900})
    complaints = []
    window.on("console", lambda line: complaints.append(line.text))
    window.on("dialog", lambda dialog: (complaints.append("a dialog"), dialog.dismiss()))
    window.goto(file.as_uri())
    sent, failed = window.locator("#sent"), window.locator("#failed")
    assert (sent.get_attribute("open"), failed.get_attribute("open")) == (None, "")
    assert "300" in sent.locator("summary").inner_text()
    # No id is broken over two lines.
    assert {box["height"] < 30 for box in (each.bounding_box() for each in failed.locator(".id").all())} == {True}
    window.get_by_label("Search recipients").fill("7100000000000123")
    window.get_by_text("1 recipient fits.").wait_for()
    assert sent.locator("tbody tr:visible").count() == 1
    assert not failed.is_visible()
    window.get_by_label("Search recipients").fill("recipientunavailable")
    assert failed.locator("tbody tr:visible").count() == 1
    assert HOSTILE.replace("`", "") in failed.locator("tbody tr:visible").inner_text()
    window.get_by_label("Search recipients").fill("")
    window.get_by_role("button", name="Left out").click()
    assert window.locator("#skipped tbody tr:visible").count() == 1
    assert not sent.is_visible()
    window.get_by_role("button", name="Left out").click()
    assert sent.is_visible()
    assert sent.get_attribute("open") is None
    assert axe.Axe().run(window).response["violations"] == []
    window.set_viewport_size({"width": 390, "height": 844})
    assert window.evaluate("document.documentElement.scrollWidth") == 390
    assert window.locator("#failed td").first.evaluate("(cell) => getComputedStyle(cell).display") == "grid"
    assert window.locator("main script, main img").count() == 0
    window.close()
    assert complaints == []
