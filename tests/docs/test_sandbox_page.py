"""The page of the sandbox names every key that its reader takes, and no other."""

import json
import re
from dataclasses import fields

from adaptor.sandbox import sandbox_file
from adaptor.sandbox.faults.faults import CALL, WIRE, Fault
from adaptor.sandbox.rules.rate_limits import NAMES

from .page import ROOT, blocks

PAGE = ROOT / "docs" / "sandbox.md"
TEXT = PAGE.read_text(encoding="utf-8").partition("## `sandbox.json`: every key")[2]
(ALL,) = [json.loads(block.text) for block in blocks(PAGE) if block.title == "all.json"]


def keys_of_table(heading):
    """Return the keys in the first column of the first table after some words."""
    table = TEXT.partition(heading)[2].partition("\n\n|")[2].partition("\n\n")[0]
    return {key for row in table.splitlines() for key in re.findall(r"`(\w+)`", row.partition(" | ")[0])}


def test_the_example_has_every_key():
    assert set(ALL) == set(sandbox_file._TOP)
    assert set().union(*ALL["people"]) == set(sandbox_file._PERSON)
    assert set().union(*ALL["templates"]) == set(sandbox_file._TEMPLATE)


def test_the_tables_have_every_key():
    assert keys_of_table("listed at once") == set(sandbox_file._TOP)
    assert keys_of_table("A **person**") == set(sandbox_file._PERSON)


def test_the_text_names_every_key_of_templates_limits_and_faults():
    template = TEXT.partition("A **template**")[2].partition("\n\n")[0]
    assert {key for key in sandbox_file._TEMPLATE if f"`{key}`" not in template} == set()
    figures = TEXT.partition("**Figures**")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+)` \(", figures)) == set(NAMES)
    faults = TEXT.partition("**`faults`**")[2]
    known = {*WIRE, *CALL, *(field.name for field in fields(Fault))} - {"error"}
    assert {name for name in known if f"`{name}`" not in faults} == set()
