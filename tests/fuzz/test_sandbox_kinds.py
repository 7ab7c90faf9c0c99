"""Every field of every request to the sandbox, with every kind of JSON in it: taken or refused, never a fault."""

import io
import json
import logging
from urllib.parse import urlencode

import pytest

from adaptor.sandbox.rules.rate_limits import NAMES
from adaptor.sandbox.server.api import Api
from adaptor.sandbox.show.transcript import write_transcript
from adaptor.sandbox.simulation import Simulation
from adaptor.sandbox.state.clock import Clock
from adaptor.sandbox.state.objects import Label, Persona, UtilityTemplate
from adaptor.sandbox.state.page_state import PageState

from .sandbox_requests import ANA, HARMFUL, KINDS, REQUESTS, URL, places, replaced


@pytest.fixture
def api(caplog):
    caplog.set_level(logging.ERROR)
    page = PageState(clock=Clock(), page_id="1", page_name="Page", access_token="t")
    page.personas["10"] = Persona("10", "P", URL)
    page.labels["11"] = Label("11", "L")
    page.templates["t", "en"] = UtilityTemplate("t", "en", "Hello {{1}}.", buttons=({"type": "URL", "text": "t"},))
    simulation = Simulation(page)
    # Limits count what a call holds, and routing reads it, so both are on.
    simulation.rate_limiter.switch(True, **dict.fromkeys(NAMES, 10**6))
    page.default_app = page.app_id
    yield Api(simulation)
    assert caplog.text == ""
    transcript = write_transcript(page)
    assert HARMFUL.search(transcript) is None
    # Every line of a message is indented, so none passes for a line of ours.
    assert "\nFORGED" not in transcript


def ask(api, method, path, given):
    data = json.dumps(given).encode()
    return api.answer(method, f"/v26.0{path}", "application/json", "Bearer t", io.BytesIO(data))


def strict(body):
    def refuse(name):
        raise ValueError(name)

    return json.loads(body, parse_constant=refuse)


@pytest.mark.long
@pytest.mark.parametrize(
    ("method", "path", "given"), REQUESTS, ids=[f"{r[0]} {r[1]} {i}" for i, r in enumerate(REQUESTS)]
)
def test_a_field_of_any_kind_is_taken_or_refused(api, method, path, given):
    for place in places(given):
        if not place:
            continue
        for kind in KINDS:
            spoiled = replaced(given, place, kind)
            answer = ask(api, method, path, spoiled)
            assert answer.status in {200, 400}, (place, kind, answer.body)
            strict(answer.body)
    # All of it can be read again.
    fields = "messages{message,attachments,reply_to,from,reactions,shares,sticker}"
    target = f"/me/conversations?{urlencode({'fields': fields})}"
    assert api.answer("GET", target, "", "Bearer t", io.BytesIO()).status == 200
    assert api.answer("GET", f"/{ANA}/custom_labels", "", "Bearer t", io.BytesIO()).status == 200
