"""Places and call sites."""

import pytest

from adaptor.core.run.place import are_of_one_statement, call_site, label, place_of, without_lines


def test_a_call_site_names_the_statement_and_the_operations_with_their_lines():
    assert call_site([label("", 3, 4), label("each", 3), label("send_text", 5)]) == "@3:4 · each@3 · send_text@5"


def test_a_place_leaves_out_operations_without_a_name():
    assert place_of([("step", 0), ("", None), ("each", 2), ("send_text", None)]) == "step 1 · each[2] · send_text"


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        ("@3:0 · http.post@3", "http.post"),
        ("for@2 · @3:4 · each@3 · http.post@4", "for · each · http.post"),
        ("@3:0 · http.post@3 · POST https://me%4012.example/a", "http.post · POST https://me%4012.example/a"),
    ],
)
def test_lines_are_removed_from_every_part_of_a_site(site, expected):
    assert without_lines(site) == expected


def test_sites_are_of_one_statement_by_their_first_part():
    assert are_of_one_statement("@3:0 · send_text@4", "@3:0 · catch@5 · send_text@6")
    assert not are_of_one_statement("@3:0 · send_text@3", "@4:0 · send_text@3")


@pytest.mark.parametrize(
    ("first", "second", "are"),
    [
        ("@3:0 · each@3 · send_text@4", "@3:0 · send_utility@5", True),
        ("@3:0 · each@3 · send_text@4", "@3:0", True),
        ("@3:0 · each@3 · send_text@4", "@8:0 · each@3 · send_text@4", False),
        ("@8:0 · each@3", "@3:0 · each@3", False),
    ],
)
def test_two_sites_belong_together_by_their_statement_alone(first, second, are):
    assert are_of_one_statement(first, second) is are
