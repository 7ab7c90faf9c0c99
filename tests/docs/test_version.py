"""Where a document shows the version of the package, it is that of this release."""

import re

import pytest

from adaptor import __version__

from .page import ROOT

_SHOWN = re.compile(r'facebook_adaptor-(\d+\.\d+\.\d+)|"adaptor": "(\d+\.\d+\.\d+)"')
DOCUMENTS = [
    path
    for folder in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs", "examples", "adaptor/runner/docs")
    for path in ([ROOT / folder] if folder.endswith(".md") else sorted((ROOT / folder).rglob("*")))
    if path.suffix in (".md", ".py", ".yaml", ".service") or path.name == "Containerfile"
]


def versions_in(text: str) -> list[str]:
    return [wheel or report for wheel, report in _SHOWN.findall(text)]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_shows_the_version_of_this_release(path):
    assert set(versions_in(path.read_text(encoding="utf-8"))) <= {__version__}


def test_a_wheel_and_a_report_show_a_version():
    assert versions_in("pip install facebook_adaptor-0.2.0-py3-none-any.whl") == ["0.2.0"]
    assert versions_in('{"version": 1, "adaptor": "0.1.0",') == ["0.1.0"]
