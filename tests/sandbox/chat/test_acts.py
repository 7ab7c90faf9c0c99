import pytest

from .conftest import ANA, CARLOS, DANA


def items(visitor, psid=ANA):
    return visitor.get("room", thread=psid)["items"]


def test_a_person_writes_and_quotes(visitor):
    mid = visitor.send({"text": "See you"})
    visitor.act("says", text="Thanks", reply_to=mid)
    shown = items(visitor)[-1]
    assert (shown["kind"], shown["text"], shown["quote"]["text"]) == ("incoming", "Thanks", "See you")


@pytest.mark.parametrize("text", ["", "  ", "x" * 20_001])
def test_nothing_and_too_much_are_not_written(visitor, text):
    assert "problem" in visitor.act("says", text=text)
    assert items(visitor) == []


def test_a_quick_reply_is_tapped_by_its_place(visitor):
    replies = [{"content_type": "text", "title": title, "payload": title.upper()} for title in ("Yes", "No")]
    visitor.send({"text": "Coming?", "quick_replies": replies})
    assert [each["title"] for each in visitor.get("room", thread=ANA)["quick_replies"]] == ["Yes", "No"]
    assert visitor.act("taps", of="quick_replies", number=1, title="No") == {}
    assert items(visitor)[-1]["text"] == "No"
    assert visitor.get("room", thread=ANA)["quick_replies"] == []
    assert "no longer there" in visitor.act("taps", of="quick_replies", number=1, title="No")["problem"]


def test_of_two_buttons_with_one_title_the_right_one_is_tapped(visitor):
    cards = [
        {"title": day, "subtitle": "at nine", "buttons": [{"type": "postback", "title": "Choose", "payload": day}]}
        for day in ("MONDAY", "TUESDAY")
    ]
    mid = visitor.template({"template_type": "generic", "elements": cards})
    visitor.sandbox.subscribe("http://127.0.0.1:9/", handshake=False)
    told = []
    visitor.sandbox.webhooks.emit = lambda name, item, thread: told.append(item)
    visitor.act("taps", of=mid, number=1, title="Choose")
    assert told[0]["postback"]["payload"] == "TUESDAY"


@pytest.mark.parametrize(("number", "title"), [(0, "Other"), (5, "Choose"), (-1, "Choose"), ("x", "Choose")])
def test_a_button_that_is_not_there_is_not_tapped(visitor, number, title):
    button = {"type": "postback", "title": "Choose", "payload": "P"}
    mid = visitor.template({"template_type": "button", "text": "Day?", "buttons": [button]})
    assert "problem" in visitor.act("taps", of=mid, number=number, title=title)


def test_the_buttons_of_another_person_are_not_tapped(visitor):
    button = {"type": "postback", "title": "Choose", "payload": "P"}
    mid = visitor.template({"template_type": "button", "text": "Day?", "buttons": [button]})
    assert "problem" in visitor.act("taps", CARLOS, of=mid, number=0, title="Choose")


def test_a_button_that_opens_a_page_gives_its_address(visitor):
    button = {"type": "web_url", "title": "Open", "url": "https://clinic.example/"}
    mid = visitor.template({"template_type": "button", "text": "Day?", "buttons": [button]})
    assert visitor.act("taps", of=mid, number=0, title="Open") == {
        "opens": "https://clinic.example/",
        "kind": "web_url",
    }


def test_reactions_come_and_go(visitor):
    mid = visitor.send({"text": "See you"})
    visitor.act("reacts", mid=mid, emoji="❤")
    assert items(visitor)[0]["reactions"] == [{"emoji": "❤", "theirs": True}]
    visitor.act("reacts", mid=mid, emoji="")
    assert "reactions" not in items(visitor)[0]


def test_what_was_written_is_edited_and_taken_back(visitor):
    visitor.act("says", text="Mondy")
    mid = items(visitor)[0]["id"]
    visitor.act("edits", mid=mid, text="Monday")
    assert (items(visitor)[0]["text"], items(visitor)[0]["edited"]) == ("Monday", True)
    visitor.act("deletes", mid=mid)
    assert items(visitor)[0]["deleted"] is True


def test_a_photo_is_sent_and_shown(visitor):
    picture = b"\x89PNG\r\n\x1a\n...."
    assert visitor.post(f"file?psid={ANA}", data=picture, headers={"Content-Type": "image/png"}).json() == {}
    attachment = items(visitor)[0]["attachments"][0]
    assert attachment["type"] == "image"
    assert attachment["payload"]["url"].startswith("/sandbox/files/")
    assert visitor.session.get(visitor.sandbox.url + attachment["payload"]["url"], timeout=60).content == picture


def test_a_file_that_is_too_large_is_refused(visitor):
    answer = visitor.post(f"file?psid={ANA}", data=b"x" * (8 * 1024 * 1024 + 1))
    assert answer.status_code == 413
    assert items(visitor) == []


def test_a_file_that_would_be_a_page_is_only_bytes(visitor):
    visitor.post(f"file?psid={ANA}", data=b"<script>alert(1)</script>", headers={"Content-Type": "text/html"})
    attachment = items(visitor)[0]["attachments"][0]
    answer = visitor.session.get(visitor.sandbox.url + attachment["payload"]["url"], timeout=60)
    assert answer.headers["Content-Type"] == "application/octet-stream"


def test_blocking_is_felt_by_the_next_message(visitor):
    visitor.act("blocks")
    body = {"recipient": {"id": ANA}, "messaging_type": "RESPONSE", "message": {"text": "hi"}}
    assert visitor.call("messages", body)["error"]["code"] == 551
    assert "has blocked the Page" in visitor.act("says", text="hi")["problem"]
    visitor.act("unblocks")
    assert "message_id" in visitor.call("messages", body)


def test_feedback_is_given(visitor):
    question = {"id": "q", "type": "csat", "title": "How was it?", "score_option": "five_stars"}
    visitor.template(
        {
            "template_type": "customer_feedback",
            "title": "Your visit",
            "feedback_screens": [{"questions": [question]}],
            "business_privacy": {"url": "https://clinic.example/"},
        }
    )
    visitor.act("feedback", score=5, comment="Good")
    assert items(visitor)[-1]["words"] == "gave feedback Good"


def test_somebody_moves_in(visitor):
    psid = visitor.act("add_person", first_name="Noor")["psid"]
    assert visitor.get("room", thread=psid)["person"]["name"] == "Noor"
    assert "until" not in visitor.get("room", thread=psid)["person"]


def test_the_clock_is_moved_and_put_back(visitor):
    visitor.act("advance", seconds=90_000)
    assert visitor.get("room", thread=ANA)["person"]["until"] < visitor.get("panel")["now"]
    assert round(visitor.get("panel")["offset"]) == 90_000
    visitor.act("reset_clock")
    assert visitor.get("panel")["offset"] == 0


def test_a_clock_that_would_leave_the_calendar_stays(visitor):
    assert "problem" in visitor.act("advance", seconds=1e18)
    assert visitor.get("panel")["offset"] == 0


def test_faults_are_switched_on_and_off(visitor):
    visitor.act("fault", kind="613", on="messages", times=2)
    visitor.act("fault", kind="slow", on="", share=0.1)
    assert visitor.get("panel")["faults"]["orders"] == [
        "the next 2 × error 613, on messages",
        "10% of calls: slow, delivered",
    ]
    visitor.act("clear_faults")
    assert visitor.get("panel")["faults"]["orders"] == []


def test_every_fault_that_is_offered_can_be_switched_on(visitor):
    names = [name for name, _ in visitor.get("panel")["faults"]["names"]]
    assert {"lost", "613", "190/463", "null_part"} <= set(names)
    assert [visitor.act("fault", kind=name) for name in names] == [{}] * len(names)


def test_a_fault_that_nobody_knows_is_told(visitor):
    assert "problem" in visitor.act("fault", kind="nonsense")


def test_the_token_expires_and_is_renewed(visitor):
    visitor.act("expire_token")
    assert visitor.get("panel")["faults"]["token_refused"] is True
    body = {"recipient": {"id": ANA}, "message": {"text": "hi"}}
    assert visitor.call("messages", body)["error"]["error_subcode"] == 463
    visitor.act("renew_token")
    assert "message_id" in visitor.call("messages", body)


def test_get_started_is_tapped(visitor):
    visitor.call("messenger_profile", {"get_started": {"payload": "GO"}})
    visitor.act("taps", DANA, of="profile", number=0, title="Get Started")
    assert items(visitor, DANA)[-1]["tapped"] == "postback"


def test_webhooks_go_where_the_page_says(visitor, httpserver):
    httpserver.expect_request("/hook", method="GET", query_string=None).respond_with_handler(
        lambda request: __import__("werkzeug").Response(request.args["hub.challenge"])
    )
    httpserver.expect_request("/hook", method="POST").respond_with_data("ok")
    assert visitor.act("subscribe", url=httpserver.url_for("/hook"), verify_token="secret") == {}
    visitor.act("says", text="hello")
    assert visitor.sandbox.webhooks.wait()
    delivery = visitor.get("panel")["deliveries"][0]
    assert (delivery["status"], delivery["attempt"]) == (200, 1)
    assert '"text": "hello"' in delivery["body"]


@pytest.mark.parametrize("act", ["nothing", "__init__", None])
def test_an_act_that_nobody_knows_is_told(visitor, act):
    assert "unknown act" in visitor.post("act", json={"act": act}).json()["problem"]
