"""The records of the ledger: how a write ended, and which workflow a run belongs to."""

from __future__ import annotations

import pytest

from adaptor.core.errors import DeliveryUnknown, InvalidMessage
from adaptor.ledger.records import Outcome, ended, sent, workflow_of


@pytest.mark.parametrize(
    ("words", "workflow"), [(["beta", "--end", "b"], "beta"), (["--end", "b"], None), ([], None), (["--"], None)]
)
def test_a_workflow_is_the_first_word_unless_that_is_an_option(words, workflow):
    assert workflow_of(words) == workflow


def test_a_write_that_succeeded_keeps_its_result():
    assert sent("id", {"message_id": "m"}) == Outcome("id", "sent", {"message_id": "m"})


@pytest.mark.parametrize(
    ("error", "outcome"), [(InvalidMessage("Too long."), "failed"), (DeliveryUnknown("Lost."), "unknown")]
)
def test_only_what_certainly_was_not_sent_has_failed(error, outcome):
    error.about = "person"
    assert ended("id", error) == Outcome("id", outcome, None, error.facts(), "person")


@pytest.mark.parametrize("said", ["partly", "yes", "unknown"])
def test_an_error_that_is_not_sure_leaves_the_write_unknown(said):
    error = InvalidMessage("x")
    error.sent = said
    assert ended("id", error).outcome == "unknown"
