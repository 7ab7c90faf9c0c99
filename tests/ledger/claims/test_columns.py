"""The columns of the table of writes."""

from adaptor.ledger.claims.columns import CLAIMED_COLUMNS, COLUMNS, OUTCOME_COLUMNS, claimed_values, read_record
from adaptor.ledger.records import Write, WriteRecord

WRITE = Write("send_text@3", "1", "digest", 2, "step", 1, "page", "key", "text", is_message=True)
RECORD = WriteRecord("id", "run", WRITE, "claimed", holder="h", attempt=3, created=1.5, changed=2.5)


def test_every_column_is_filled_by_a_claim_or_by_an_outcome():
    assert COLUMNS.startswith("n, ")
    assert set(COLUMNS.split(", ")) == {"n", *CLAIMED_COLUMNS, *OUTCOME_COLUMNS}


def test_a_claimed_record_is_read_as_it_was_written():
    values = dict(zip(CLAIMED_COLUMNS, claimed_values(RECORD), strict=True))
    assert values["is_message"] == 1
    assert read_record([values.get(name) for name in COLUMNS.split(", ")]) == RECORD


def test_an_outcome_is_read_from_json():
    values = dict(zip(CLAIMED_COLUMNS, claimed_values(RECORD), strict=True))
    values |= {"outcome": "failed", "result": None, "error": '{"name":"NotSent"}', "about": "page", "is_handled": 1}
    record = read_record([values.get(name) for name in COLUMNS.split(", ")])
    assert (record.outcome, record.error, record.about, record.is_handled) == (
        "failed",
        {"name": "NotSent"},
        "page",
        True,
    )
