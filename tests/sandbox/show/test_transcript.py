from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from adaptor.sandbox import Sandbox
from adaptor.sandbox.show.plain_text import show_line, show_text

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ANA = "6543210987654321"
URL = "https://example.com/a.png"
POSTBACK = {"type": "postback", "title": "Go", "payload": "GO"}


def test_it_tells_who_got_what(visit):
    caller = visit(
        now=lambda: NOON,
        people=[
            {"id": ANA, "first_name": "Ana", "last_name": "Lima", "last_message_hours_ago": 3.5},
            {"id": "2", "first_name": "Björk", "last_message_hours_ago": None, "blocked": True},
            {"id": "3", "first_name": "نادية", "last_message_hours_ago": 72},
        ],
    )
    caller.post({"recipient": {"id": ANA}, "sender_action": "typing_on"})
    replies = [{"content_type": "text", "title": each, "payload": each} for each in ("Confirm", "Move")]
    caller.send({"text": "Hello Ana,\nsee you on Tuesday.", "quick_replies": replies})
    caller.sandbox.person_writes(ANA, "Confirm")
    caller.send({"text": "hi"}, psid="2")
    caller.send({"text": "مرحبا"}, psid="3")
    caller.send({"text": "مرحبا"}, psid="3", messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT")
    caller.send({"text": "hi"}, psid="4")
    caller.get("/me/nothing")
    expected = """\
Ana Lima
  PSID 6543210987654321, window open for another 24 h

  > (typing…)

  > Hello Ana,
    see you on Tuesday.
    [Confirm] [Move]

  < Confirm

Björk
  PSID 2, has blocked the Page, has never written, so no window is open

  ! refused, 551/1545041: This person isn't available right now.

نادية
  PSID 3, window closed: last wrote 3 days ago

  ! refused, 10/2018278: This message is sent outside of allowed window. Learn more about the new policy here: \
https://developers.facebook.com/docs/messenger-platform/policy-overview

  > مرحبا

PSID 4
  no such person in this sandbox

  ! refused, 100/2018001: No matching user found

Requests that named nobody

  ! refused, 2500: Unknown path components: /nothing

2 messages accepted, 2 people reached, 4 refused:
  1 × 551/1545041: This person isn't available right now.
  1 × 10/2018278: This message is sent outside of allowed window.
  1 × 100/2018001: No matching user found
  1 × 2500: Unknown path components: /nothing
"""
    assert caller.sandbox.transcript() == expected


def test_an_idle_sandbox_says_that_nothing_was_sent():
    assert Sandbox().transcript() == "Nothing was sent.\n"


def test_a_limit_counts_the_people_it_leaves_out(caller):
    for number in range(5):
        caller.send({"text": "hi"}, psid=str(number))
    assert "… and 3 more people" in caller.sandbox.transcript(limit=2)
    assert "… and 1 more person" in caller.sandbox.transcript(limit=4)
    assert "more" not in caller.sandbox.transcript(limit=5)
    assert caller.sandbox.transcript(limit=2).endswith("5 messages accepted, 5 people reached, 0 refused.\n")


def test_people_without_a_psid_are_told_too(caller):
    caller.post({"recipient": {"user_ref": "box"}, "message": {"text": "hi"}})
    caller.post({"recipient": {"comment_id": "77"}, "message": {"text": "hi"}})
    text = caller.sandbox.transcript()
    assert "user_ref box\n  known only by the box they ticked" in text
    assert "Author of 77\n" in text
    assert "2 messages accepted, 2 people reached" in text


@pytest.mark.parametrize(
    ("message", "lines"),
    [
        ({"attachment": {"type": "image", "payload": {"url": URL}}}, [f"> (image) {URL}"]),
        ({"attachment": {"type": "video", "payload": {"attachment_id": 12}}}, ["> (video) attachment 12"]),
        ({"attachments": [{"type": "image", "payload": {"url": URL}}] * 2}, [f"> (image) {URL}", f"  (image) {URL}"]),
        ({"sticker_id": 369}, ["> (sticker 369)"]),
        (
            {"text": "Call?", "quick_replies": [{"content_type": "user_phone_number"}]},
            ["> Call?", "  [phone number]"],
        ),
    ],
)
def test_what_is_no_text_is_described(caller, message, lines):
    caller.send(message)
    assert "\n".join(f"  {line}" for line in lines) in caller.sandbox.transcript()


@pytest.mark.parametrize(
    ("payload", "lines"),
    [
        (
            {"template_type": "button", "text": "Choose", "buttons": [POSTBACK, {"type": "account_unlink"}]},
            ["> Choose", "  [Go] [Log Out]"],
        ),
        (
            {
                "template_type": "generic",
                "elements": [
                    {"title": "A", "subtitle": "b", "image_url": URL, "buttons": [POSTBACK]},
                    {"title": "C", "subtitle": "d"},
                ],
            },
            [f"> (image) {URL}", "  A", "  b", "  [Go]", "  C", "  d"],
        ),
        (
            {"template_type": "media", "elements": [{"media_type": "video", "attachment_id": "5"}]},
            ["> (video) attachment 5"],
        ),
        (
            {
                "template_type": "receipt",
                "recipient_name": "Ana",
                "order_number": "7",
                "currency": "EUR",
                "payment_method": "Visa",
                "summary": {"total_cost": 5.5},
                "elements": [{"title": "Tea", "quantity": 2, "price": 2}, {"title": "Tip", "price": 1.5}],
            },
            ["> Receipt for Ana, order 7", "  2 × Tea: 2", "  Tip: 1.5", "  Total: 5.5 EUR, paid with Visa"],
        ),
        (
            {"template_type": "coupon", "title": "10%", "coupon_code": "TEN", "coupon_url": URL},
            ["> 10%", "  Code: TEN", f"  [{URL}]"],
        ),
        ({"template_type": "product", "elements": [{"id": "5"}]}, ["> (product 5)"]),
        (
            {
                "template_type": "customer_feedback",
                "title": "Rate us",
                "button_title": "Rate",
                "feedback_screens": [{"questions": [{"id": "q", "type": "nps", "title": "How likely?"}]}],
                "business_privacy": {"url": URL},
            },
            ["> Rate us", "  How likely?", "  [Rate]"],
        ),
        (
            {"template_type": "image_grid", "elements": [{"title": "T", "images": [{"url": URL}, {"url": URL}]}]},
            [f"> (image) {URL}", f"  (image) {URL}", "  T"],
        ),
        ({"template_type": "instant_form", "form_id": "5"}, ["> (form 5)"]),
    ],
)
def test_a_template_is_shown_as_a_card(caller, payload, lines):
    caller.template(payload)
    assert "\n".join(f"  {line}" for line in lines) + "\n\n" in caller.sandbox.transcript()


def test_hostile_text_is_made_harmless_wherever_it_stands(visit):
    evil = "\x1b[2J\x07\u202eevil\u2028\ud800\r"
    shown = r"\x1b[2J\x07\u202eevil\u2028\ud800\x0d"
    caller = visit(people=[{"id": ANA, "first_name": evil}])
    caller.send({"text": evil, "quick_replies": [{"content_type": "text", "title": "\x1b[0m\nx", "payload": "p"}]})
    caller.sandbox.person_writes(ANA, evil)
    caller.send({evil: 1})
    text = caller.sandbox.transcript()
    assert text.startswith(f"{shown}\n  PSID")
    assert f"  > {shown}\n    [\\x1b[0m x]" in text
    assert f"  < {shown}" in text
    assert all(character == "\n" or character.isprintable() for character in text)
    text.encode("utf-8")


@given(st.text())
def test_any_text_becomes_one_printable_line(text):
    line = show_line(text)
    assert "\n" not in line
    line.encode("utf-8")
    assert len(line.splitlines()) <= 1


@given(st.text())
def test_lines_of_text_stay_lines(text):
    assert len(show_text(text)) == text.count("\n") + 1


@pytest.mark.parametrize("text", ["👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "می‌خواهم", "नमस्ते", "e\u0301", "日本語"])
def test_every_script_is_left_as_it_is(text):
    assert show_text(text) == [text]


def test_a_reaction_and_a_file_are_told(caller):
    caller.post({"recipient": {"id": ANA}, "sender_action": "react", "payload": {"message_id": "m", "reaction": "😊"}})
    caller.request(
        "POST",
        "/me/messages",
        data={"recipient": "{id:1}", "message": "{attachment:{type:file,payload:{}}}"},
        files={"filedata": ("plan.pdf", bytes(3 * 1024**2), "application/pdf")},
    )
    text = caller.sandbox.transcript()
    assert "  > (reacted 😊)" in text
    assert "  > (file) plan.pdf, 3.0 MB" in text


def test_refusals_that_name_nobody_are_counted_where_they_are_the_same(visit):
    caller = visit(now=lambda: NOON)
    for psid in ("12ab", "34cd", "56ef"):
        caller.send({"text": "hi"}, psid=psid)
    caller.get("/me/nothing")
    shown = caller.sandbox.transcript()
    assert shown.count("! refused, 100: Param recipient[id]") == 1
    assert "(3 times)" in shown
    assert "! refused, 2500: Unknown path components: /nothing\n" in shown
