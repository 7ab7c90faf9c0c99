import json

from .conftest import ANA


def changes(visitor):
    answer = visitor.session.get(f"{visitor.sandbox.page_url}events", stream=True, timeout=60)
    assert answer.headers["Content-Type"] == "text/event-stream"
    name = ""
    for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def test_a_stream_begins_with_the_run_and_goes_on_with_what_changes(visitor):
    told = changes(visitor)
    name, hello = next(told)
    assert name == "hello"
    assert hello["run"] in visitor.html.text
    visitor.send({"text": "hi"})
    name, change = next(told)
    assert name == "change"
    assert change["number"] > hello["number"]
    assert change["threads"] == [ANA]
    assert "message" in change["kinds"]
    told.close()


def test_many_changes_at_once_are_told_as_one(visitor):
    told = changes(visitor)
    next(told)
    page = visitor.sandbox._page
    with page.events._changed:
        for number in range(1000):
            page.changed("person", str(number))
    _, change = next(told)
    assert (change["many"], change["threads"]) == (True, [])
    told.close()


def test_moving_the_clock_is_a_change(visitor):
    told = changes(visitor)
    next(told)
    visitor.sandbox.advance(hours=1)
    assert "clock" in next(told)[1]["kinds"]
    told.close()
