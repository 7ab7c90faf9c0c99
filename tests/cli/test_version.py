"""`adaptor version` says what somebody who helps has to know."""

import json
import platform

from adaptor import __version__


def test_it_names_the_package_python_the_graph_api_and_the_system(adaptor):
    done = adaptor(None, command="version")
    assert done.code == 0
    assert done.out.startswith(f"facebook-adaptor {__version__} (CPython {platform.python_version()}, Graph API v")
    assert platform.platform() in done.out
    assert done.out.count("\n") == 1


def test_tools_get_it_as_json(adaptor):
    versions = json.loads(adaptor(None, "--format", "json", command="version").out)
    assert list(versions) == ["adaptor", "python", "implementation", "platform", "graph_api"]
    assert versions["adaptor"] == __version__
