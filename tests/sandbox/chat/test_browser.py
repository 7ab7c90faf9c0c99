"""The page in a real browser. Every window is watched: no complaint in its console, no request to another machine."""

from __future__ import annotations

import json
import threading

import pytest

from adaptor import execute, send_text, state
from adaptor.sandbox import Sandbox
from adaptor.sandbox.state.records import Message

from .conftest import ANA, BJÖRK, CARLOS, DANA, SHOTS
from .messages import KINDS

pytestmark = pytest.mark.browser

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> \u202eright to left\u202c & &lt;b&gt;"


def send_all(visitor):
    for name, (message, _) in KINDS.items():
        others = {"messaging_type": "UTILITY"} if name == "utility" else {}
        body = {"recipient": {"id": ANA}, "messaging_type": "RESPONSE", "message": message, **others}
        answer = visitor.call("messages", body)
        assert "message_id" in answer, (name, answer)


def say(page, text):
    page.get_by_label("Write as").fill(text)
    page.keyboard.press("Enter")


@pytest.mark.long
def test_every_kind_of_message_is_drawn(window, visitor):
    visitor.act("says", text="hello")
    send_all(visitor)
    opened = window(f"#{ANA}", height=1000)
    log = opened.page.get_by_role("log")
    for _, mark in KINDS.values():
        found = opened.page.get_by_text(mark, exact=False).or_(opened.page.get_by_label(mark, exact=False)).first
        found.wait_for(state="attached")
    assert log.get_by_role("article").count() == len(KINDS) + 1
    assert "undefined" not in log.inner_text()
    assert "[object" not in log.inner_text()
    opened.shot("messages")


@pytest.mark.long
def test_a_quick_reply_is_tapped_and_becomes_a_message(window, visitor):
    visitor.send(KINDS["quick replies"][0])
    page = window(f"#{ANA}").page
    page.get_by_role("button", name="I will come").click()
    page.get_by_role("article").filter(has_text="I will come").wait_for()
    assert page.get_by_role("group", name="Quick replies").count() == 0


@pytest.mark.long
def test_a_button_is_tapped_and_a_job_answers_live(window, visitor, httpserver):
    """From the button through the webhook and a job of ours back onto the page."""
    answered = threading.Event()

    def work(request):
        for entry in json.loads(request.data)["entry"]:
            for event in entry.get("messaging", []):
                if "postback" in event:
                    job = execute(send_text(state.data.psid, f"You chose {state.data.what}."))
                    job(
                        {
                            "data": {"psid": event["sender"]["id"], "what": event["postback"]["payload"]},
                            "configuration": {
                                "base_url": visitor.sandbox.url,
                                "access_token": visitor.sandbox.access_token,
                            },
                        }
                    )
                    answered.set()
        return __import__("werkzeug").Response("ok")

    httpserver.expect_request("/hook").respond_with_handler(work)
    visitor.sandbox.subscribe(httpserver.url_for("/hook"), handshake=False)
    visitor.send(KINDS["button"][0])
    page = window(f"#{ANA}").page
    page.get_by_role("button", name="Choose it").click()
    assert answered.wait(10)
    page.get_by_role("article").filter(has_text="You chose CHOSEN.").wait_for()
    assert page.get_by_role("status").filter(has_text="You chose CHOSEN.").count() == 1


@pytest.mark.long
def test_what_a_program_sends_appears_without_loading_again(window, visitor):
    page = window().page
    page.get_by_role("button", name="Björk").click()
    visitor.send({"text": "Here it comes"}, BJÖRK)
    page.get_by_role("article").filter(has_text="Here it comes").wait_for()
    visitor.call("messages", {"recipient": {"id": BJÖRK}, "sender_action": "typing_on"})
    page.get_by_label("is typing").wait_for()
    visitor.send({"text": "And more"}, BJÖRK)
    page.get_by_role("article").filter(has_text="And more").wait_for()
    page.get_by_label("is typing").wait_for(state="detached")
    late = {"recipient": {"id": CARLOS}, "messaging_type": "RESPONSE", "message": {"text": "Too late"}}
    visitor.call("messages", late)
    page.get_by_role("button", name="Carlos").click()
    refusal = page.get_by_role("article", name="Refused by Meta")
    assert "10/2018278" in refusal.inner_text()
    assert refusal.locator("s").inner_text() == "Too late"


@pytest.mark.long
def test_everything_can_be_done_with_the_keyboard(window, visitor):
    visitor.send(KINDS["button"][0])
    page = window().page
    page.get_by_role("button", name="Ana Lima").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Ana Lima").wait_for()
    page.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")
    page.keyboard.type("Good evening")
    page.keyboard.press("Enter")
    page.get_by_role("article").filter(has_text="Good evening").wait_for()
    page.get_by_role("log").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "React"
    page.keyboard.press("Enter")
    page.get_by_role("menu", name="Reactions").wait_for()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_label("Reactions: 😆").wait_for()
    page.get_by_role("button", name="What this person can do").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.get_by_text("nothing reaches them").wait_for()
    page.get_by_role("button", name="Developer panel", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("tab", name="Calls").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("heading", name="Let something go wrong").wait_for()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Developer panel"


@pytest.mark.long
def test_hostile_text_is_text(window, visitor):
    visitor.sandbox.add_person(
        "7777777777777777", first_name="<b>\u202eEve</b>", last_name='"><script>alert(3)</script>'
    )
    visitor.act("says", "7777777777777777", text=HOSTILE)
    visitor.send({"text": HOSTILE}, "7777777777777777")
    visitor.send({"text": "😀" * 2000}, "7777777777777777")
    button = {"type": "postback", "title": "<i>no</i>", "payload": "javascript:alert(4)"}
    cards = [{"title": HOSTILE[:70], "image_url": "https://a.example/\"onload='alert(5)", "buttons": [button]}]
    visitor.call(
        "messages",
        {
            "recipient": {"id": "7777777777777777"},
            "messaging_type": "RESPONSE",
            "message": {"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": cards}}},
        },
    )
    opened = window("#7777777777777777")
    page = opened.page
    page.get_by_role("article").filter(has_text="😀😀").wait_for()
    bubbles = page.locator(".bubble").all_text_contents()
    assert bubbles[:3] == [HOSTILE, HOSTILE, "😀" * 2000]
    assert page.locator("#app script, #app b, #app i:not(.dots i, .wave i), #app [onerror], #app [onload]").count() == 0
    assert page.locator(".room h2").first.text_content() == '<b>\u202eEve</b> "><script>alert(3)</script>'
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    opened.shot("hostile")


# Count the texts that turn around, and give those that no element isolates from the rest of their line.
LOOSE = """() => {
  const loose = [];
  let count = 0;
  const walker = document.createTreeWalker(document.getElementById("app"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    if (!walker.currentNode.data.includes("\u202e")) continue;
    count += 1;
    let each = walker.currentNode.parentElement;
    let safe = false;
    for (; !safe && each; each = each.parentElement) {
      const style = getComputedStyle(each);
      safe = /isolate|plaintext/.test(style.unicodeBidi);
      safe ||= style.display !== "inline" && each.childNodes.length === 1;
      if (style.display !== "inline") break;
    }
    if (!safe) loose.push(walker.currentNode.parentElement.outerHTML);
  }
  return [count, loose];
}"""


@pytest.mark.long
def test_text_that_turns_around_turns_only_itself(window, visitor):
    evil, psid = "\x1b[31m\x9b\u202eevil", "7777777777777777"
    visitor.sandbox.add_person(psid, first_name=evil)
    visitor.call(
        "messenger_profile", {"get_started": {"payload": "p"}, "greeting": [{"locale": "default", "text": evil}]}
    )
    persona = visitor.call("personas", {"name": evil, "profile_picture_url": "https://a.example/a.png"})["id"]
    visitor.act("says", psid, text=evil)
    button = {"type": "postback", "title": evil, "payload": "p"}
    card = {"title": evil, "subtitle": evil, "buttons": [button]}
    reply = {"content_type": "text", "title": evil, "payload": evil}
    receipt = {"recipient_name": evil, "order_number": evil, "payment_method": evil, "currency": "EUR"}
    for message in (
        {"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": [card]}}},
        {
            "attachment": {
                "type": "template",
                "payload": {
                    "template_type": "receipt",
                    **receipt,
                    "summary": {"total_cost": evil},
                    "elements": [{"title": evil, "price": evil}],
                },
            }
        },
        {"template": {"name": evil, "language": {"code": "en"}}},
        {"text": evil, "quick_replies": [reply]},
    ):
        visitor.call("messages", {"recipient": {"id": psid}, "message": message, "persona_id": persona})
    opened = window(f"#{psid}")
    opened.page.locator(".reply").first.wait_for()
    count, loose = opened.page.evaluate(LOOSE)
    assert count > 15
    assert loose == []


@pytest.mark.long
def test_no_barrier_for_people_who_cannot_see_well(window, visitor):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    visitor.act("says", text="hello")
    send_all(visitor)
    visitor.act("reacts", mid=visitor.get("room", thread=ANA)["items"][1]["id"], emoji="❤")
    visitor.call("messages", {"recipient": {"id": ANA}, "message": {"text": "Too long " * 300}})
    page = window(f"#{ANA}", height=2400, width=1500).page

    def findings():
        found = axe.Axe().run(page).response["violations"]
        return [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found]

    page.get_by_role("article", name="Refused by Meta").wait_for()
    page.get_by_role("button", name="Developer panel", exact=True).click()
    page.locator(".call").first.wait_for()
    assert findings() == []
    page.emulate_media(color_scheme="dark")
    page.get_by_role("tab", name="Faults").click()
    page.get_by_label("What", exact=True).wait_for()
    assert findings() == []
    page.get_by_role("button", name="Close the developer panel").click()
    page.set_viewport_size({"width": 390, "height": 1200})
    assert findings() == []


@pytest.mark.long
def test_a_first_visit_is_greeted_by_name_until_the_first_message(window, visitor):
    greeting = [{"locale": "default", "text": "Hello {{user_first_name}} {{user_last_name}}, {{user_full_name}}!"}]
    visitor.call("messenger_profile", {"get_started": {"payload": "GO"}, "greeting": greeting})
    opened = window(f"#{DANA}")
    page = opened.page
    welcome = page.get_by_role("group", name="Welcome screen")
    welcome.get_by_text("Hello Dana , Dana!").wait_for()
    assert page.get_by_label("Write as").get_attribute("placeholder") == "Write as Dana"
    page.get_by_role("button", name="Get Started").click()
    page.get_by_role("article").filter(has_text="Get Started").wait_for()
    welcome.wait_for(state="hidden")
    # Carlos has written before, so this is no first visit.
    page.get_by_role("button", name="Carlos").click()
    page.get_by_role("heading", name="Carlos").wait_for()
    assert not welcome.is_visible()


@pytest.mark.long
def test_links_phone_numbers_and_coupons_are_as_in_messenger(window, visitor):
    addresses = "(https://clinic.example/visit?x=1). www.clinic.example, a@clinic.example"
    visitor.send({"text": f"See {addresses}, +1 555 123 4567 on 2026-12-14 08:00, {ANA}"})
    coupon = {"template_type": "coupon", "title": "Ten per cent off", "coupon_code": "SPRING10", "payload": "P"}
    visitor.template(coupon)
    page = window(f"#{ANA}").page
    page.get_by_role("button", name="Reveal code").wait_for()
    links = page.locator(".bubble a").evaluate_all("(all) => all.map((each) => each.href)")
    assert links == [
        "https://clinic.example/visit?x=1",
        "https://www.clinic.example/",
        "mailto:a@clinic.example",
        "tel:+15551234567",
    ]
    assert page.get_by_role("link", name="Open clinic.example").get_attribute("rel") == "noopener noreferrer"
    assert "Terms may apply." in page.get_by_role("article").last.inner_text()
    page.get_by_role("button", name="Reveal code").click()
    assert page.get_by_role("group", name="Coupon code").inner_text() == "SPRING10"
    assert page.get_by_role("button", name="Reveal code").count() == 0


@pytest.mark.long
def test_a_tap_far_above_scrolls_to_the_bubble_of_the_person(window, visitor):
    visitor.send(KINDS["button"][0])
    for number in range(40):
        visitor.send({"text": f"number {number}"})
    page = window(f"#{ANA}").page
    page.get_by_text("number 39", exact=True).wait_for()
    page.get_by_role("log").evaluate("(log) => { log.scrollTop = 0; }")
    page.get_by_role("button", name="Choose it").click()
    own = page.locator(".row.theirs", has_text="Choose it")
    own.wait_for()
    page.wait_for_function(
        "() => document.querySelector('.row.theirs').getBoundingClientRect().bottom <= innerHeight",
    )


@pytest.mark.long
def test_the_list_of_calls_says_whom_what_and_how_and_narrows_to_one_person(window, visitor):
    visitor.send({"text": "For Ana"})
    visitor.call("messages", {"recipient": {"id": CARLOS}, "message": {"text": "For Carlos"}})
    visitor.batch(BJÖRK, ANA)
    page = window(f"#{BJÖRK}").page
    page.get_by_role("button", name="Developer panel", exact=True).click()
    calls = page.locator(".call summary")
    page.locator("summary", has_text="For Carlos").wait_for()
    shown = calls.all_inner_texts()
    wanted = [("batch of 2", "Björk and 1 more"), ("For Carlos", "10/2018278"), ("For Ana", "Ana Lima")]
    assert all(part in line for parts, line in zip(wanted, shown, strict=True) for part in parts)
    page.get_by_label("Only calls about Björk").check()
    page.wait_for_function("() => document.querySelectorAll('.call').length === 1")
    assert "batch of 2" in calls.inner_text()


@pytest.mark.long
@pytest.mark.parametrize("width", [1280, 390])
def test_an_empty_sandbox_says_how_a_program_gets_there(browser, width):
    with Sandbox() as sandbox:
        page = browser.new_page(viewport={"width": width, "height": 844})
        page.goto(sandbox.page_url)
        page.get_by_role("heading", name="Nobody is here yet").wait_for()
        file = page.get_by_label("Credentials file", exact=True)
        file.wait_for()
        given = json.loads(file.inner_text())
        assert given == {"base_url": sandbox.url, "access_token": sandbox.access_token}
        assert page.get_by_label("Base URL", exact=True).inner_text() == sandbox.url
        # As soon as somebody is there, the list is.
        sandbox.add_person(ANA, first_name="Ana")
        page.get_by_role("button", name="Ana").wait_for()
        page.close()


@pytest.mark.long
def test_dark_mode_is_dark(window, visitor):
    visitor.send({"text": "Good night"})
    opened = window(f"#{ANA}", color_scheme="dark")
    opened.page.get_by_role("article").first.wait_for()
    ground = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert all(int(part) < 64 for part in ground.removeprefix("rgb(").removesuffix(")").split(", "))
    opened.shot("dark")


@pytest.mark.long
def test_a_phone_shows_one_thing_at_a_time(window, visitor):
    send_all(visitor)
    opened = window("", width=390, height=844)
    page = opened.page
    page.get_by_role("button", name="Ana Lima").wait_for()
    opened.shot("phone-list")
    assert not page.get_by_role("log").is_visible()
    page.get_by_role("button", name="Ana Lima").click()
    page.get_by_role("button", name="I will come").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.evaluate(
        "[...document.querySelectorAll('.row')].every((row) => row.getBoundingClientRect().right <= 390)"
    )
    opened.shot("phone-room")
    page.get_by_role("button", name="Developer panel", exact=True).click()
    page.get_by_role("heading", name="Behind the scenes").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="Close the developer panel").click()
    page.get_by_role("button", name="Back to all people").click()
    page.get_by_role("button", name="Dana").wait_for()


@pytest.mark.long
def test_a_photo_is_chosen_and_shown(window, visitor, tmp_path):
    picture = tmp_path / "photo.png"
    picture.write_bytes(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d494844520000000100000001080600000"
            "01f15c4890000000d49444154789c63f8cfc0f01f0005000201a5f645d80000000049454e44ae426082"
        )
    )
    page = window(f"#{ANA}").page
    page.get_by_role("button", name="Send a photo or file").wait_for()
    page.locator("input[type=file]").set_input_files(picture)
    shown = page.locator("article img")
    shown.wait_for()
    assert shown.get_attribute("src").startswith("/sandbox/files/")


@pytest.mark.long
def test_a_hundred_thousand_messages_stay_usable(window, visitor):
    at = visitor.sandbox.now()
    for number in range(100_000):
        visitor.sandbox._page.record(ANA, Message(f"m_{number}", ANA, at, {"text": f"number {number}"}, {"id": ANA}))
    page = window(f"#{ANA}").page
    page.get_by_text("number 99999", exact=True).last.wait_for()
    for _ in range(12):
        before = page.locator("article").first.text_content()
        # As somebody who keeps scrolling: what arrives meanwhile may move the page.
        page.wait_for_function(
            """(before) => {
                document.querySelector(".log").scrollTop = 0;
                return document.querySelector("article").textContent !== before;
            }""",
            arg=before,
        )
    assert page.locator("article").count() <= 400
    page.get_by_role("button", name="Newest messages").click()
    page.get_by_text("number 99999", exact=True).last.wait_for()
    say(page, "still here")
    page.get_by_role("article").filter(has_text="still here").wait_for()


@pytest.mark.long
def test_the_panel_shows_calls_and_switches_faults(window, visitor):
    visitor.send({"text": "First"})
    opened = window(f"#{ANA}")
    page = opened.page
    page.get_by_role("button", name="Developer panel", exact=True).click()
    page.locator("summary", has_text="First").click()
    page.get_by_text('"text": "First"').wait_for()
    opened.shot("panel")
    page.get_by_role("tab", name="Faults").click()
    page.get_by_label("What", exact=True).select_option("613")
    page.get_by_role("button", name="Switch on").click()
    page.get_by_text("the next 1 × error 613, on messages").wait_for()
    body = {"recipient": {"id": ANA}, "messaging_type": "RESPONSE", "message": {"text": "Second"}}
    assert visitor.call("messages", body)["error"]["code"] == 613
    page.get_by_role("article", name="Refused by Meta, code 613").wait_for()
    page.get_by_role("tab", name="Clock").click()
    page.get_by_role("button", name="+ 1 day").click()
    page.get_by_text("window closed").first.wait_for()


@pytest.mark.long
def test_a_preview_needs_no_server(window, visitor, tmp_path):
    visitor.act("says", text=HOSTILE)
    send_all(visitor)
    file = tmp_path / "preview.html"
    file.write_text(visitor.sandbox.preview(note="After a run"), encoding="utf-8")
    opened = window(file.as_uri())
    page = opened.page
    page.get_by_text("After a run").first.wait_for()
    for _, mark in KINDS.values():
        page.get_by_text(mark, exact=False).or_(page.get_by_label(mark, exact=False)).first.wait_for(state="attached")
    assert page.locator(".bubble").first.text_content() == HOSTILE
    assert not page.get_by_label("Write as").is_visible()
    assert page.get_by_role("button", name="Choose it").count() == 0
    opened.shot("preview")
    assert SHOTS.is_dir()
