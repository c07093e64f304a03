"""What docs/registry.md shows is what happens."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from promptops.registry.bundle import Bundle
from promptops.registry.runtime import Registry
from tests.cli.commands import ROOT, promptops

PAGE = (ROOT / "docs" / "registry.md").read_text("utf-8")
SOURCES = "".join(
    path.read_text("utf-8") for path in (ROOT / "promptops" / "registry").glob("*.py")
)


def test_the_five_minutes_are_as_shown(tmp_path: Path) -> None:
    (found,) = re.findall(r"```jinja\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "prompts/support/triage.prompt.j2"
    path.parent.mkdir(parents=True)
    path.write_text(textwrap.dedent(found), "utf-8")
    (tmp_path / "app").mkdir()
    for command, shown in re.findall(r"^ *\$ promptops (.*)\n *(.*)$", PAGE, re.MULTILINE):
        done = promptops(*command.split(), cwd=tmp_path)
        assert done.code == 0, done.err
        # There is no repository here, so no commit and a smaller file.
        without_size = re.compile(r", \d+ bytes.*", re.DOTALL)
        assert without_size.sub("", done.out).strip() == without_size.sub("", shown)
    assert promptops("check", cwd=tmp_path).code == 0
    prompt = Registry.load(tmp_path / "app/prompts.bundle.json").get("support/triage@production")
    request = prompt.render(ticket="Where is my parcel?").anthropic()
    assert request["messages"][0]["content"][0]["text"] == "Where is my parcel?\n"
    assert Bundle.load(tmp_path / "app/prompts.bundle.json").names() == ["support/triage"]


def test_the_errors_are_those_that_are_raised() -> None:
    table = PAGE.partition("## What an error means")[2]
    quoted = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    said = [part.strip("… ") for row in quoted for part in re.findall(r"`([^`]+)`", row)]
    assert len(said) > 10
    for one in said:
        for words in re.sub(r"schema \d", "schema", one).split(" … "):
            assert words.strip("… ") in SOURCES or words in {"InputError", "RenderLimit"}, words
