from datetime import timedelta

import pytest

from adaptor.sandbox import Sandbox, SandboxError

ANA = "6543210987654321"


def test_somebody_can_move_in_and_only_once(visit, code):
    caller = visit(people=[])
    caller.sandbox.add_person(ANA, first_name="Ana", last_message_hours_ago=1)
    assert code(caller.send({"text": "hi"})) == ("ok",)
    with pytest.raises(SandboxError, match="already"):
        caller.sandbox.add_person(ANA)


def test_somebody_who_moves_in_with_a_misspelt_detail_is_turned_away():
    with pytest.raises(SandboxError, match='did you mean "blocked"'):
        Sandbox().add_person(ANA, blockd=True)


def test_nobody_can_write_who_does_not_exist():
    with pytest.raises(SandboxError, match="add_person"):
        Sandbox(people=[]).person_writes(ANA, "hi")


def test_the_clock_can_be_moved():
    sandbox = Sandbox()
    before = sandbox.now()
    sandbox.advance(days=1, hours=2, minutes=3)
    assert timedelta(days=1, hours=2, minutes=3) <= sandbox.now() - before < timedelta(days=1, hours=2, minutes=4)


@pytest.mark.parametrize("psid", ["", "Ana", "\x1b[31m", "\ud800", "\u0663"])
def test_nobody_has_an_id_of_anything_but_digits(caller, psid):
    with pytest.raises(SandboxError, match="nobody has the id"):
        caller.sandbox.person(psid)
    assert caller.sandbox.people == []
