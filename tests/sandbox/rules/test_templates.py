import pytest

URL = "https://example.com/a"
POSTBACK = {"type": "postback", "title": "Go", "payload": "GO"}
QUESTION = {"id": "q1", "type": "csat", "title": "How was it?", "score_option": "five_stars"}


def button(**changes):
    return buttons({**POSTBACK, **changes})


def buttons(*each):
    return {"template_type": "button", "text": "Choose", "buttons": list(each)}


def generic(*elements):
    return {"template_type": "generic", "elements": list(elements)}


def receipt(**changes):
    required = {
        "template_type": "receipt",
        "recipient_name": "Ana",
        "order_number": "1",
        "currency": "EUR",
        "payment_method": "Visa",
        "summary": {"total_cost": 5},
    }
    return {key: value for key, value in {**required, **changes}.items() if value is not None}


def media(**element):
    return {"template_type": "media", "elements": [element]}


def coupon(**fields):
    return {"template_type": "coupon", "title": "10%", **fields}


def feedback(question=None, **changes):
    return {
        "template_type": "customer_feedback",
        "title": "How was it?",
        "feedback_screens": [{"questions": [question or QUESTION]}],
        "business_privacy": {"url": URL},
        **changes,
    }


def grid(count, **changes):
    return {"template_type": "image_grid", "elements": [{"images": [{"url": URL}] * count, **changes}]}


def acting(**action):
    return grid(2, images=[{"url": URL, "is_hero_image": True, "action": action}, {"url": URL}])


def information(**changes):
    return {"template_type": "customer_information", "countries": ["US"], "business_privacy": {"url": URL}, **changes}


@pytest.mark.long
@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (buttons(POSTBACK, POSTBACK, POSTBACK), ("ok",)),
        (buttons(POSTBACK, POSTBACK, POSTBACK, POSTBACK), (100, None)),
        (buttons(), (194, None)),
        ({"template_type": "button", "text": "Choose"}, (100, None)),
        ({**buttons(POSTBACK), "text": "x" * 640}, ("ok",)),
        ({**buttons(POSTBACK), "text": "x" * 641}, (100, None)),
        ({**buttons(POSTBACK), "text": None}, (100, None)),
        (button(title="x" * 20), ("ok",)),
        (button(title="x" * 21), (100, None)),
        (button(title=""), (100, 2018053)),
        (button(payload="x" * 1000), ("ok",)),
        (button(payload="x" * 1001), (100, None)),
        (button(payload=None), (100, 2018040)),
        (button(type="share"), (100, None)),
        (button(type=None), (100, None)),
        (button(type="web_url", url=URL, webview_height_ratio="tall"), ("ok",)),
        (button(type="web_url", url=URL, webview_height_ratio="huge"), (100, None)),
        (button(type="web_url"), (100, 2018041)),
        (button(type="web_url", url="a"), (100, None)),
        (button(type="web_url", url="http://a.com", messenger_extensions=True), (100, None)),
        (button(type="web_url", url=URL, messenger_extensions=True, fallback_url=URL), ("ok",)),
        (button(type="web_url", url=URL, fallback_url=URL), (100, None)),
        (button(type="phone_number", payload="+15105551234"), ("ok",)),
        (button(type="phone_number", payload="5105551234"), (100, None)),
        (buttons({"type": "account_link", "url": URL}, {"type": "account_unlink"}), ("ok",)),
        (buttons({"type": "account_link", "url": "http://a.com"}), (100, None)),
        (buttons({"type": "game_play", "title": "Play"}), ("ok",)),
        (generic(*[{"title": "A", "subtitle": "b"}] * 10), ("ok",)),
        (generic(*[{"title": "A", "subtitle": "b"}] * 11), (100, None)),
        (generic(), (194, None)),
        (generic({"title": "A"}), (100, 2018035)),
        (generic({"subtitle": "A"}), (100, 2018035)),
        (generic({"title": "x" * 80, "subtitle": "x" * 80}), ("ok",)),
        (generic({"title": "x" * 81, "subtitle": "b"}), (100, None)),
        (generic({"title": "A", "subtitle": "x" * 81}), (100, None)),
        (generic({"title": "A", "image_url": "a"}), (100, None)),
        (generic({"title": "A", "buttons": [POSTBACK] * 4}), (100, None)),
        (generic({"title": "A", "default_action": {"type": "web_url", "url": URL}}), ("ok",)),
        (generic({"title": "A", "default_action": POSTBACK}), (100, None)),
        (media(media_type="image", attachment_id="1", buttons=[POSTBACK]), ("ok",)),
        (media(media_type="video", url="https://business.facebook.com/a/videos/1"), ("ok",)),
        (media(media_type="video", url="https://example.com/facebook.com/1"), (100, None)),
        (media(media_type="image"), (100, None)),
        (media(attachment_id="1"), (100, None)),
        (receipt(), ("ok",)),
        (receipt(elements=[{"title": "A", "price": 0}] * 100), ("ok",)),
        (receipt(elements=[{"title": "A", "price": 0}] * 101), (100, None)),
        (receipt(elements=[{"price": 1}]), (100, None)),
        (receipt(recipient_name=None), (100, None)),
        (receipt(order_number=None), (100, None)),
        (receipt(currency="eur"), (100, None)),
        (receipt(summary={}), (100, None)),
        (receipt(address={"street_1": "A"}), (100, None)),
        ({"template_type": "product", "elements": [{"id": "1"}]}, ("ok",)),
        ({"template_type": "product", "elements": [{"id": "1"}, {"id": "2"}]}, ("ok",)),
        (acting(type="web_url", url=URL), ("ok",)),
        (acting(type="web_url", payload="SHOES"), (100, 2018041)),
        (acting(type="web_url", url="shoes"), (100, None)),
        (acting(type="postback", payload="SHOES", text="More of these"), ("ok",)),
        (acting(type="postback", payload="SHOES"), (100, None)),
        (acting(type="postback", text="More of these"), (100, None)),
        (acting(type="phone_number", url=URL), (100, None)),
        (acting(url=URL), (100, None)),
        ({"template_type": "product", "elements": [{}]}, (100, None)),
        (coupon(coupon_code="TEN"), ("ok",)),
        (coupon(coupon_url=URL), ("ok",)),
        (coupon(), (100, None)),
        (coupon(coupon_code="TEN PERCENT"), (100, None)),
        (feedback(), ("ok",)),
        (feedback({**QUESTION, "score_option": "zero_to_ten"}), (100, None)),
        (feedback({**QUESTION, "id": "a b"}), (100, None)),
        (feedback({**QUESTION, "title": "How?"}), (100, None)),
        (feedback(title="x" * 66), (100, None)),
        (feedback(subtitle="see https://a.com"), (100, None)),
        (feedback(expires_in_days=7), ("ok",)),
        (feedback(expires_in_days=8), (100, None)),
        (feedback(business_privacy=None), (100, None)),
        (grid(2), ("ok",)),
        (grid(6), ("ok",)),
        (grid(1), (194, None)),
        (grid(7), (100, None)),
        (grid(2, title="x" * 46), (100, None)),
        (grid(2, images=[{"url": URL, "is_hero_image": True}] * 2), (100, None)),
        (grid(2, buttons=[{"type": "account_unlink"}]), (100, None)),
        ({"template_type": "instant_form", "form_id": "BAD"}, (1, 2018382)),
        ({"template_type": "instant_form", "form_id": "123"}, ("ok",)),
        (information(), ("ok",)),
        (information(countries=[]), (100, None)),
        ({"template_type": "list", "elements": []}, (100, None)),
        ({"template_type": ["button"]}, (100, None)),
        ({}, (100, None)),
    ],
)
def test_a_template_keeps_to_the_limits(caller, code, payload, expected):
    assert code(caller.template(payload)) == expected


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"template_type": "list"}, "(#100) Invalid template type"),
        ({"template_type": "button"}, "(#100) The parameter name_placeholder[text] is required"),
        (button(type=None), "(#100) The parameter name_placeholder[buttons][0][type] is required"),
        (
            button(type="web_url", url="a"),
            "(#100) name_placeholder[buttons][0][url] should represent a valid URL",
        ),
        (generic(), "(#194) param name_placeholder[elements] has too few elements."),
        (receipt(currency="usd"), "(#100) The currency code 'usd' is not supported"),
    ],
)
def test_a_bad_template_is_refused_in_the_words_of_meta(caller, payload, words):
    assert caller.template(payload).json()["error"]["message"] == words
