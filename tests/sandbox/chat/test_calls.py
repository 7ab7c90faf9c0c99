"""What the developer panel says about each call."""

import pytest

from .conftest import ANA, BJÖRK, CARLOS
from .messages import KINDS


def newest(visitor, **details):
    return visitor.get("panel", **details)["calls"][0]


@pytest.mark.parametrize(
    ("message", "kind", "text"),
    [
        ({"text": "Good morning"}, "text", "Good morning"),
        (KINDS["quick replies"][0], "quick replies", "Coming?"),
        (KINDS["button"][0], "button template", "Which day?"),
        (KINDS["generic"][0], "cards", "Card 1"),
        (KINDS["image"][0], "image", "Photo"),
        (KINDS["images"][0], "images", ""),
        (KINDS["sticker"][0], "sticker", "(sticker 369239263222822)"),
        (KINDS["receipt"][0], "receipt", "Receipt for Ana Lima, order A-1017"),
    ],
)
def test_a_call_says_whom_it_concerned_and_what_it_was(visitor, message, kind, text):
    visitor.send(message)
    call = newest(visitor)
    assert (call["people"], call["kind"], call["code"]) == (["Ana Lima"], kind, "")
    assert call["text"] == text or kind == "images"


def test_a_refusal_has_metas_code(visitor):
    visitor.call("messages", {"recipient": {"id": CARLOS}, "message": {"text": "Too late"}})
    assert (newest(visitor)["status"], newest(visitor)["code"]) == (400, "10/2018278")


def test_a_batch_names_everybody_and_counts_what_was_refused(visitor):
    visitor.batch(ANA, CARLOS, BJÖRK)
    call = newest(visitor)
    assert call["people"] == ["Ana Lima", "Carlos", "Björk"]
    assert (call["kind"], call["text"], call["code"]) == ("batch of 3", "To all", "1 refused")


def test_calls_narrow_to_one_person(visitor):
    visitor.batch(ANA, CARLOS)
    visitor.send({"text": "For Björk"}, BJÖRK)
    visitor.call("messenger_profile", {"get_started": {"payload": "GO"}})
    assert [call["kind"] for call in visitor.get("panel", thread=CARLOS)["calls"]] == ["batch of 2"]
    assert [call["kind"] for call in visitor.get("panel")["calls"]] == ["set messenger profile", "text", "batch of 2"]
    assert newest(visitor)["people"] == []
