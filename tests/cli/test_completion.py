"""What a shell completes: driven through bash as it is."""

import shutil
import subprocess
import sys

import pytest

from adaptor.cli.main import COMMANDS

pytestmark = pytest.mark.long


@pytest.fixture
def script(adaptor):
    def write(shell):
        done = adaptor(None, shell, command="completion")
        assert done.code == 0, done.err
        return done.out

    return write


@pytest.fixture
def complete(script, tmp_path):
    """What bash offers for the last of these words."""
    (tmp_path / "completion.bash").write_text(script("bash"))
    (tmp_path / "state.json").touch()

    def ask(*words):
        listed = " ".join(f'"{word}"' for word in words)
        command = (
            f"source ./completion.bash; COMP_WORDS=({listed}); COMP_CWORD={len(words) - 1}; "
            "_shtab_adaptor; printf '%s\\n' \"${COMPREPLY[@]}\""
        )
        done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stderr == ""
        return done.stdout.split()

    return ask


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("adaptor", ""), list(COMMANDS)),
        (("adaptor", "ver"), ["version"]),
        (("adaptor", "run", "--sandb"), ["--sandbox"]),
        (("adaptor", "run", "job.py", "--sanitize", "o"), ["obfuscate"]),
        (("adaptor", "run", "-l", ""), ["none", "error", "info", "debug"]),
        (("adaptor", "docs", "send_te"), ["send_template", "send_text"]),
        (("adaptor", "docs", "http.p"), ["http.patch", "http.post", "http.put"]),
        (("adaptor", "docs", "Window"), ["WindowClosed"]),
        (("adaptor", "docs", "--format", ""), ["text", "json", "markdown"]),
        (("adaptor", "completion", ""), ["bash", "zsh", "fish"]),
        (("adaptor", "docs", "send_text", "mark_"), ["mark_seen"]),
        (("adaptor", "run", "-s", "sta"), ["state.json"]),
        (("adaptor", "run", "--limit", "3", "sta"), ["state.json"]),
        (("adaptor", "runs", "sh"), ["show"]),
        (("adaptor", "runs", "show", "--fo"), ["--format"]),
        (("adaptor", "config", "check", "--name", ""), []),
    ],
)
def test_bash_offers_commands_options_values_and_names(complete, words, offered):
    assert complete(*words) == offered


def test_folders_are_offered_for_a_new_project(complete, tmp_path):
    (tmp_path / "projects").mkdir()
    (tmp_path / "proof.txt").touch()
    assert complete("adaptor", "new", "pro") == ["projects"]


def test_an_interactive_bash_completes_commands_names_and_files_with_spaces(screen, script, tmp_path):
    (tmp_path / "completion.bash").write_text(script("bash"))
    (tmp_path / "my state.json").write_text("{}")
    terminal = screen("bash", "--norc", "--noprofile", "-i", PS1="> ")
    terminal.read("> ")
    terminal.type("source completion.bash; echo ready\n")
    terminal.read("\nready\n> ")
    terminal.type("adaptor do\t")
    terminal.read("adaptor docs ")
    terminal.type("mark_\t")
    terminal.read("mark_seen ")
    terminal.type("\n")
    terminal.read("Show the person that the Page has read")
    terminal.read("> ")
    terminal.type("adaptor run job.py -s my\t")
    terminal.read("my\\ state.json ")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_knows_commands_options_values_and_names(script, shell):
    text = script(shell)
    for word in (*COMMANDS, "settle", "sandbox", "memory-limit", "obfuscate", "debug", "send_text", "WindowClosed"):
        assert word in text


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_finds_no_mistake_in_its_script(script, shell):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    done = subprocess.run([shell, "-n"], input=script(shell), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_only_the_command_that_is_asked_for_is_loaded(tmp_path):
    (tmp_path / "job.py").write_text("log(1)")
    code = (
        "import sys\nfrom adaptor.cli.main import main\n"
        "try:\n    main(['run', 'job.py'])\nexcept SystemExit:\n    pass\n"
        "loaded = [name for name in sys.modules if name.startswith('adaptor.cli.')]\nprint(*sorted(loaded))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    commands = ("layout", "layout.outputs", "main", "options", "options.run", "run")
    names = sorted(("layout.help", *commands))
    assert done.stdout.split() == [f"adaptor.cli.{name}" for name in names], done.stderr
