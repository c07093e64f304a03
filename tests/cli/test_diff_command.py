from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import one_line, promptops
from tests.registry.releases import repository


def test_diff_says_what_differs_and_what_kind_of_change_it_is(tmp_path: Path) -> None:
    here = repository(tmp_path / "work")
    here.bump()
    here.edit("shared/tone.j2", "kind", "curt")
    here.edit("reply.prompt.j2", "letter: string", "letter: string, tone: any")
    here.lock()
    done = promptops("diff", "reply@v1", "reply@v2", cwd=here.root)
    assert done.code == 0
    assert done.out == (
        "reply@v1 -> reply@v2: breaking\n"
        "  breaking   inputs: 'tone' is new and required: a call without it is refused\n"
        "  behaviour  shared/tone.j2: +1 -1 lines\n"
        "\n"
        "--- shared/tone.j2\n"
        "+++ shared/tone.j2\n"
        "@@ -1,2 +1,2 @@\n"
        "-Be kind.\n"
        "+Be curt.\n"
        " \n"
    )
    found = promptops("diff", "reply@git:HEAD", "reply", "--format", "json", cwd=here.root).json
    assert (found["schema"], found["kind"]) == ("promptops.diff/1", "breaking")
    assert [one["part"] for one in found["changes"]] == ["inputs", "shared/tone.j2"]
    assert [one["part"] for one in found["texts"]] == ["shared/tone.j2"]


def test_no_difference(tmp_path: Path) -> None:
    here = repository(tmp_path / "work")
    done = promptops("diff", "reply@v1", "reply", cwd=here.root)
    assert (done.code, done.out) == (0, "reply@v1 -> reply: no difference\n")


@pytest.mark.parametrize("ref", ["reply@v9", "nothing", "reply@git:nowhere", "Reply"])
def test_a_reference_to_nothing_is_one_line(tmp_path: Path, ref: str) -> None:
    here = repository(tmp_path / "work")
    done = promptops("diff", "reply@v1", ref, cwd=here.root)
    assert (done.code, done.out, one_line(done.err)) == (2, "", True)
