import pytest

ANA = "6543210987654321"
TEMPLATES = [
    {
        "name": "reminder",
        "language": "en",
        "header": "Hello {{1}}",
        "body": "See you on {{1}} at {{2}}, {{1}}.",
        "buttons": [{"type": "POSTBACK", "text": "Confirm"}, {"type": "URL", "text": "Map"}],
    },
    {"name": "named", "language": "pt_BR", "body": "Olá {{name}}, {{day}}."},
    {"name": "plain", "language": "en", "body": "We are open."},
    {"name": "waiting", "language": "en", "body": "Soon.", "status": "PENDING"},
]


def text(value, name=None):
    return {"type": "text", "text": value, **({"parameter_name": name} if name else {})}


def component(kind, *parameters):
    return {"type": kind, "parameters": list(parameters)}


HEADER = component("header", text("Ana"))
BODY = component("body", text("Monday"), text("9:00"))


@pytest.fixture
def clinic(visit):
    """A Page with templates, and one person whose window closed long ago."""
    return visit(templates=TEMPLATES, people=[{"id": ANA, "last_message_hours_ago": None}])


def send(clinic, name, *components, language="en", **others):
    message = {"template": {"name": name, "language": {"code": language}, "components": list(components)}}
    return clinic.send(message, **{"messaging_type": "UTILITY", **others})


def test_a_utility_message_goes_out_at_any_time_and_reads_as_the_person_reads_it(clinic, code):
    buttons = component("buttons", {"type": "POSTBACK", "payload": "OK"}, {"type": "URL", "url": "x"})
    assert code(send(clinic, "reminder", HEADER, BODY, buttons)) == ("ok",)
    assert clinic.sandbox.messages[0].lines == (
        "Hello Ana",
        "See you on Monday at 9:00, Monday.",
        "[Confirm] [Map]",
    )


def test_parameters_can_have_names_in_any_order(clinic, code):
    body = component("BODY", text("segunda", "day"), text("Ana", "name"))
    assert code(send(clinic, "named", body, language="pt_BR")) == ("ok",)
    assert clinic.sandbox.messages[0].lines == ("Olá Ana, segunda.",)


def test_a_template_alone_counts_as_utility(clinic, code):
    assert code(send(clinic, "plain", messaging_type=None)) == ("ok",)


@pytest.mark.parametrize(
    ("name", "components", "language", "words"),
    [
        ("reminder", [HEADER], "en", "its body has 2, the request has 0"),
        ("reminder", [HEADER, component("body", text("a"))], "en", "its body has 2, the request has 1"),
        ("reminder", [BODY], "en", "its header has 1, the request has 0"),
        ("plain", [component("body", text("a"))], "en", "its body has 0, the request has 1"),
        ("plain", [HEADER], "en", "its header has 0, the request has 1"),
        ("plain", [component("buttons", {"type": "POSTBACK"})], "en", "its buttons has 0, the request has 1"),
        ("named", [component("body", text("a", "name"), text("b", "nam"))], "pt_BR", "no parameter 'nam'"),
        ("named", [component("body", text("a", "name"), text("b", "name"))], "pt_BR", "twice"),
        ("named", [component("body", text("a"), text("b"))], "pt_BR", "[parameter_name] is required"),
        ("reminder", [HEADER, BODY, BODY], "en", "two components"),
        ("reminder", [HEADER, component("body", {"type": "image"}, text("b"))], "en", "must be one of {text}"),
        ("plain", [component("footer")], "en", "footer"),
        ("waiting", [], "en", "its status is PENDING"),
        ("nothing", [], "en", "no message template 'nothing'"),
        ("named", [], "en", "It exists in: pt_BR."),
    ],
)
def test_what_does_not_fit_the_template_is_refused_in_plain_words(clinic, code, name, components, language, words):
    response = send(clinic, name, *components, language=language)
    assert code(response) == (100, None)
    assert words in response.json()["error"]["message"]


def test_an_unknown_template_says_where_to_describe_it(clinic):
    assert "sandbox.json" in send(clinic, "nothing").json()["error"]["error_user_msg"]


def test_a_template_cannot_be_sent_as_a_response(clinic, code):
    assert code(send(clinic, "plain", messaging_type="RESPONSE")) == (100, None)


def test_a_value_that_looks_like_a_parameter_is_not_filled_in_again(clinic):
    send(clinic, "reminder", HEADER, component("body", text("{{2}}"), text("x")))
    assert clinic.sandbox.messages[0].lines[1] == "See you on {{2}} at x, {{2}}."
