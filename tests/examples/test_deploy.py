"""The units and the compose file of examples/deploy: their syntax, and what they promise."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from adaptor.cli.main import COMMANDS

DEPLOY = Path(__file__).parents[2] / "examples" / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
SECRETS = {"credentials", "pgpass", "database_password"}


def service_of(unit):
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(unit, encoding="utf-8")
    return parser["Service"]


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_the_unit(unit, tmp_path):
    # The program is not installed here: another one stands in its place.
    text = unit.read_text("utf-8").replace("/opt/adaptor/venv/bin/adaptor", "/bin/true")
    (tmp_path / unit.name).write_text(text, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", tmp_path / unit.name], capture_output=True, encoding="utf-8", timeout=60
    )
    assert not [line for line in (done.stdout + done.stderr).splitlines() if unit.stem in line]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_hardened_starts_again_and_ends_gracefully(unit):
    service = service_of(unit)
    assert service["User"] == "adaptor"
    assert (service["ProtectSystem"], service["NoNewPrivileges"], service["Restart"]) == ("strict", "yes", "always")
    assert int(service["TimeoutStopSec"]) > 10
    assert "LoadCredential" in service


def test_no_password_is_an_argument_or_in_the_environment(services):
    for text in [file.read_text("utf-8") for file in DEPLOY.iterdir()]:
        assert not re.search(r"postgresql://[^@\s/]*:[^@\s]*@", text)
    for each in services.values():
        assert not [name for name in each.get("environment", {}) if name.endswith("PASSWORD")]
        assert set(each.get("secrets", [])) <= SECRETS


@pytest.mark.parametrize("name", ["serve", "worker"])
def test_a_container_is_read_only_without_rights_and_ends_gracefully(services, name):
    each = services[name]
    assert each["read_only"] is True
    assert each["cap_drop"] == ["ALL"]
    assert each["user"] == "10001:10001"
    assert each["restart"] == "unless-stopped"
    assert int(each["stop_grace_period"].removesuffix("s")) > 10


def test_the_container_file_ends_as_another_user_than_root():
    users = re.findall(r"^USER (.+)$", (DEPLOY / "Containerfile").read_text("utf-8"), re.MULTILINE)
    assert users == ["10001:10001"]


def test_only_the_proxy_is_reachable_from_outside(services):
    assert [name for name, each in services.items() if each.get("ports")] == ["proxy"]


def test_the_service_takes_the_options_that_are_given_to_it(services, forks):
    shown = forks.run(["serve", "--help"], cwd=DEPLOY).stdout
    given = [*services["serve"]["command"], *service_of(DEPLOY / "adaptor-serve.service")["ExecStart"].split()]
    assert "serve" in COMMANDS
    assert not [word for word in given if word.startswith("-") and word not in shown]
