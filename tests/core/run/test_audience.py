"""The people whom a run writes to."""

from adaptor.core.run.audience import Audience


def test_without_options_everybody_is_included():
    audience = Audience()
    assert all(audience.includes(person) for person in ("a", "b", None))
    assert (audience.is_everybody, audience.is_partial, audience.left_out) == (True, False, 0)


def test_a_limit_counts_people_and_not_calls():
    audience = Audience()
    audience.limit = 2
    assert [audience.includes(person) for person in ("a", "a", "b", "c", "a")] == [True, True, True, False, True]
    assert (audience.has_reached_limit, audience.is_partial, audience.left_out) == (True, True, 1)


def test_a_call_without_a_recipient_does_not_count_towards_the_limit():
    audience = Audience()
    audience.limit = 0
    assert audience.includes(None)
    assert not audience.includes("a")


def test_only_one_person_is_included_and_others_do_not_use_the_limit():
    audience = Audience()
    audience.only_to, audience.limit = "b", 1
    assert [audience.includes(person) for person in ("a", None, "b")] == [False, False, True]
    assert audience.left_out == 2


def test_an_item_is_left_out_from_its_first_call_that_was_to_the_next_item():
    audience = Audience()
    audience.only_to = "2"
    assert audience.includes("2")
    assert not audience.leaves_out_item
    assert not audience.includes("1")
    assert audience.leaves_out_item
    audience.left_out_before = audience.left_out
    assert not audience.leaves_out_item


def test_whom_an_earlier_attempt_has_reached_counts_towards_the_limit_and_is_never_left_out():
    audience = Audience()
    audience.limit = 1
    audience.reach(None)
    assert not audience.has_reached_limit
    audience.reach("a")
    assert (audience.has_reached_limit, audience.includes("a"), audience.includes("b")) == (True, True, False)
