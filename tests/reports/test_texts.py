"""What other systems were seen to tell people: missing values, names of types, empty texts, somebody else's clock."""

import json

import pytest

from adaptor import InvalidMessage, quick_reply, send_text, state
from adaptor.core.values.template import text_of

ANA = "6543210987654321"
#: Values as a function of the job leaves them, and what is said of each.
UNREADABLE = {
    "nan": ("float('nan')", "`state.data.seat` is nan"),
    "infinity": ("float('inf')", "`state.data.seat` is inf"),
    "nothing": ("None", "`state.data.seat` is None"),
    "a yes": ("True", "`state.data.seat` is True"),
    "a list": ("['7', '8']", "Join it: array_to_string(state.data.seat, ', ')"),
    "an object": ("{'row': 7}", "Name the part that is meant: state.data.seat.row"),
    "an error of a spreadsheet": ("'#N/A'", "`state.data.seat` is the text '#N/A'"),
    "a missing value as text": ("'nan'", "`state.data.seat` is the text 'nan'"),
}


@pytest.mark.parametrize("spec", ["", "!s", ":>4"], ids=["plain", "as text", "aligned"])
@pytest.mark.parametrize(("value", "words"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_value_that_nobody_could_read_reaches_nobody(adaptor, value, words, spec):
    seat = f"fn(lambda s: {{**s, 'data': {{'psid': '{ANA}', 'seat': {value}}}}})"
    send = f'send_text(state.data.psid, f"Your seat: {{state.data.seat{spec}}}")'
    done = adaptor(f"combine({seat}, {send})", "--sandbox")
    assert done.code == 1
    assert words in done.err
    assert "Nothing was sent." in done.err


@pytest.mark.parametrize("value", ["None", "float('nan')", "''", "' '", "'#REF!'", "'<NA>'"])
def test_other_words_take_the_place_of_a_missing_value(adaptor, value):
    name = f"fn(lambda s: {{**s, 'data': {{'psid': '{ANA}', 'name': {value}}}}})"
    send = "send_text(state.data.psid, f\"Hello {state.data.name | 'neighbour'}\")"
    done = adaptor(f"combine({name}, {send})", "--dry-run")
    assert json.loads(done.out)["body"]["message"]["text"] == "Hello neighbour", done.err


@pytest.mark.parametrize("name", ["Nan", "Null", "#1", "None"])
def test_a_name_that_only_looks_like_a_missing_value_is_said(name):
    call = send_text(ANA, text_of("Hello ", (state.data.name, "", ""))).describe({"data": {"name": name}})
    assert call.body["message"]["text"] == f"Hello {name}"


@pytest.mark.parametrize("text", ["\u2800", "\u3164", "\u115f\u1160", "\u00ad", "\u20dd", "\n\u200d\t"], ids=ascii)
def test_a_text_that_shows_nothing_is_empty(text):
    with pytest.raises(InvalidMessage, match="holds only invisible characters"):
        send_text(ANA, text)
    with pytest.raises(InvalidMessage, match="holds only invisible characters"):
        quick_reply(text, payload="x")
    with pytest.raises(InvalidMessage, match="holds only invisible characters"):
        send_text(ANA, state.data.text).describe({"data": {"text": text}})


CLOCKS = {
    "{state.data.at:%A %H:%M}": None,
    "{local_time(state.data.at, 'Asia/Manila'):%A %d %B %H:%M}": "Thursday 07 January 07:15",
    "{local_time(state.data.at, state.data.zone):%A %H:%M}": "Wednesday 20:15",
    "{local_time(state.data.unix, 'Asia/Manila'):%A %H:%M}": "Thursday 07:15",
    "{local_time(state.data.digits, 'Asia/Manila'):%A %H:%M}": "Thursday 07:15",
    "{state.data.there:%A %H:%M}": "Thursday 07:15",
}


@pytest.mark.parametrize(("text", "said"), CLOCKS.items(), ids=CLOCKS)
def test_a_time_is_told_by_the_clock_of_the_reader(adaptor, text, said):
    given = {"at": "2027-01-06T23:15:00Z", "zone": "America/Santiago", "there": "2027-01-07T07:15:00+08:00"}
    given |= {"unix": 1799277300, "digits": "1799277300000"}
    done = adaptor(f'send_text("{ANA}", f"Come on {text}")', "--dry-run", state={"data": given})
    if said is None:
        assert done.code == 1
        assert '{local_time(state.data.at, "Africa/Nairobi"):%A %H:%M}' in done.err
    else:
        assert json.loads(done.out)["body"]["message"]["text"] == f"Come on {said}", done.err
