"""Answers without a key and without a network: recordings, baselines, functions of one's own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from math import log, sqrt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptops.errors import ConfigError, PluginError
from promptops.model.evaluation import Case, Completion, ProviderError, Request, ToolCall
from promptops.model.money import Usage
from promptops.providers.nearest import Index, tokens
from promptops.providers.replay import recorded
from promptops.providers.settings import Learning, Settings
from tests.providers.asking import answer, answers, error, request

ROOT = Path(__file__).parents[2]
LABELS = [("a", "lamp is dark", "repair"), ("b", "where is my tea", "post"),
          ("c", "tea never came", "post"), ("d", "the lamp broke", "repair"),
          ("e", "post my tea, please", "post")]  # fmt: skip


def cases(*clusters: str) -> list[Case]:
    """Return labelled cases, in clusters where those are given."""
    own = [*clusters, *[""] * (len(LABELS) - len(clusters))]
    return [
        Case(name, {"ticket": text}, label, cluster)
        for (name, text, label), cluster in zip(LABELS, own, strict=True)
    ]


def baseline(kind: str, learning: Learning, **asked: Any) -> str:
    """Return what a baseline answers."""
    return answer(Settings(learning=learning), request("plain", f"baseline:{kind}", **asked)).text


def cassette(tmp_path: Path, *lines: str) -> Settings:
    """Return settings with a cassette of such lines."""
    path = tmp_path / "tape.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return Settings(cassette=path)


def replayed(**rest: Any) -> Request:
    """Return a request to a recording."""
    return request(model="replay:anthropic:m", **rest)


FULL = Completion(
    "Ghent “ok”", Usage(5, 2, 3, {"5m": 4}), "tool_calls", "m-1", (ToolCall("find", {"n": [1]}),),
    reasoning_tokens=1, tier="standard", first_byte=0.1, latency=0.25,
)  # fmt: skip


def test_what_was_recorded_is_answered_again(tmp_path: Path) -> None:
    asked = request(case_id="c1", request_hash="h1", answer_key="k1")
    found = answer(cassette(tmp_path, recorded(asked, FULL)), replayed(request_hash="h1"))
    assert found == FULL


def test_placements_of_one_text_share_an_answer_and_the_hash_comes_first(tmp_path: Path) -> None:
    lines = [
        json.dumps({"answer_key": "k", "answer": "by key", "usage": None, "latency": None}),
        json.dumps({"request_hash": "h", "answer": "by hash", "latency": 0.5}),
    ]
    given = cassette(tmp_path, *lines)
    found = answers(given, replayed(answer_key="k"), replayed(answer_key="k", request_hash="h"))
    assert [one.text for one in found if isinstance(one, Completion)] == ["by key", "by hash"]


def test_a_request_that_has_changed_is_told_the_first_difference(tmp_path: Path) -> None:
    before = request(case_id="c1", request_hash="h1", system="Be brief, and kind.")
    tape = cassette(tmp_path, recorded(before, FULL))
    now = replayed(case_id="c1", request_hash="h2", answer_key="k2", system="Be brief and kind.")
    found = error(tape, now)
    told = 'line 1 differs first at system, character 9: recorded "Be brief, and kind.", now'
    assert told in str(found)
    assert found.billed == "no"


def test_a_request_that_was_never_recorded_gets_nobodys_answer(tmp_path: Path) -> None:
    line = json.dumps({"request_hash": "h", "answer": "of another"})
    assert "record it again" in str(error(cassette(tmp_path, line), replayed(case_id="c9")))


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"answer": "a"}', '{"request_hash": "h"}', '{"request_hash": "h", "answer": 3}',
     '{"request_hash": "h", "answer": "a", "usage": {"tokens": 3}}',
     '{"request_hash": "h", "answer": {"finish": "stop"}}'],
)  # fmt: skip
def test_a_line_that_is_no_answer_is_an_error_with_its_place(line: str, tmp_path: Path) -> None:
    (found,) = answers(cassette(tmp_path, line), replayed())
    assert isinstance(found, ConfigError)
    assert "tape.jsonl:1" in str(found)


def test_two_answers_to_one_request_are_an_error(tmp_path: Path) -> None:
    lines = [json.dumps({"request_hash": "h", "answer": text}) for text in ("a", "b")]
    (found,) = answers(cassette(tmp_path, *lines), replayed(request_hash="h"))
    assert isinstance(found, ConfigError)
    assert "lines 1 and 2" in str(found)


def test_a_cassette_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    (found,) = answers(Settings(cassette=tmp_path / "none.jsonl"), replayed())
    assert isinstance(found, ConfigError)


def test_without_a_cassette_nothing_is_recorded() -> None:
    (found,) = answers(Settings(), replayed())
    assert isinstance(found, ProviderError)
    assert found.cause == "denied"
    assert "no answer is recorded" in str(found)


def test_the_majority_is_the_most_frequent_value_and_of_equals_the_first() -> None:
    assert baseline("majority", Learning(train=cases())) == "post"
    assert baseline("majority", Learning(train=cases()[:4])) == "repair"


def test_the_majority_leaves_the_cases_own_cluster_out() -> None:
    learning = Learning(cases=cases("t", "t", "t", "u", "t"))
    assert baseline("majority", learning, case_id="b") == "repair"
    assert baseline("majority", learning, case_id="d") == "post"
    alone = error(
        Settings(learning=Learning(cases=cases(*"ttttt"))),
        request("plain", "baseline:majority", case_id="a"),
    )
    assert "train" in str(alone)


def test_values_that_are_no_text_are_answered_as_json() -> None:
    train = [Case("a", {}, {"team": "é"}), Case("b", {}, [1]), Case("c", {}, {"team": "é"})]
    assert json.loads(baseline("majority", Learning(train=train))) == {"team": "é"}


def test_the_nearest_case_of_the_training_set_answers() -> None:
    learning = Learning(train=cases(), cases=cases())
    assert baseline("nearest", learning, inputs={"ticket": "My LAMP is broken"}) == "repair"
    assert baseline("nearest", learning, inputs={"ticket": "no tea"}) == "post"
    assert baseline("nearest", learning, inputs={"ticket": "nothing shared"}) == "repair"


def test_without_a_training_set_no_case_of_the_own_cluster_answers() -> None:
    twins = [Case(name, {"t": "red tea"}, "one", "x") for name in "ab"]
    twins += [Case("c", {"t": "red lamp"}, "two"), Case("d", {"t": "blue tea cup"}, "three")]
    asked = {"inputs": {"t": "red tea"}, "case_id": "a"}
    assert baseline("nearest", Learning(cases=twins), **asked) == "two"


def test_the_prompts_own_examples_come_before_a_training_set() -> None:
    shots = [{"ticket": "lamp", "team": "light"}, {"ticket": "tea", "team": "kitchen"}]
    inputs = {"ticket": "more tea", "policy": "lamp lamp lamp", "shots": shots}
    learning = Learning(train=cases(), examples="shots", answer="team")
    assert baseline("nearest", learning, inputs=inputs) == "kitchen"


@pytest.mark.parametrize("shots", [None, "tea", [1], [{"ticket": "tea"}]])
def test_examples_that_are_none_are_an_error(shots: Any) -> None:
    learning = Learning(examples="shots", answer="team")
    asked = request("plain", "baseline:nearest", inputs={"ticket": "t", "shots": shots})
    (found,) = answers(Settings(learning=learning), asked)
    assert isinstance(found, ConfigError)


def test_a_baseline_uses_no_tokens_and_an_unknown_one_is_an_error() -> None:
    learning = Learning(train=cases())
    asked = request("plain", "baseline:majority")
    assert answer(Settings(learning=learning), asked).usage == Usage(0)
    (found,) = answers(Settings(), request("plain", "baseline:nearst"))
    assert isinstance(found, ConfigError)
    assert "nearest" in str(found)


def plainly_nearest(texts: Sequence[str], asked: str) -> list[float]:
    """Return the cosines, computed as the definition says."""
    split = [tokens(text) for text in texts]
    n = len(texts)
    df = {word: sum(word in one for one in split) for one in split for word in one}

    def vector(words: list[str]) -> dict[str, float]:
        known = {word: log((1 + n) / (1 + df.get(word, 0))) + 1 for word in words}
        return {word: (1 + log(words.count(word))) * known[word] for word in known}

    def cosine(one: dict[str, float], other: dict[str, float]) -> float:
        product = sum(weight * other.get(word, 0.0) for word, weight in one.items())
        norms = [sqrt(sum(w * w for w in v.values())) for v in (one, other)]
        return product / (norms[0] * norms[1]) if all(norms) else 0.0

    return [cosine(vector(tokens(asked)), vector(one)) for one in split]


TEXTS = st.lists(st.sampled_from("lamp tea post red Blue 7 the".split()), max_size=6).map(" ".join)


@given(texts=st.lists(TEXTS, min_size=1, max_size=8), asked=TEXTS)
def test_the_nearest_is_the_first_of_the_highest_cosine(texts: list[str], asked: str) -> None:
    found = Index(texts).nearest(asked)
    cosines = plainly_nearest(texts, asked)
    assert found is not None
    assert cosines[found] == pytest.approx(max(cosines))
    assert all(cosine < max(cosines) - 1e-9 for cosine in cosines[:found])


FUNCTIONS = """
import asyncio, time
from promptops.model.evaluation import Completion, ProviderError
def rule(inputs, messages):
    return "post" if "tea" in inputs["ticket"] else messages[-1]["content"]
def slow(request):
    time.sleep(0.2)
    return request.case_id
async def later(request):
    await asyncio.sleep(0)
    return Completion(request.model)
def broken(request):
    raise ValueError("secret")
def limited(request):
    raise ProviderError("rate_limited", "wait", retry_after=3)
def wrong(request):
    return 3
value = 7
"""


@pytest.fixture
def root(tmp_path: Path) -> Settings:
    (tmp_path / "own").mkdir()
    (tmp_path / "own/answers.py").write_text(FUNCTIONS, "utf-8")
    (tmp_path / "own/bad.py").write_text("1 / 0", "utf-8")
    return Settings(root=tmp_path)


def test_a_function_of_a_file_is_a_baseline_of_inputs_and_messages(root: Settings) -> None:
    model = "baseline:own/answers.py:rule"
    for ticket, expected in (("no tea", "post"), ("lamp", "Where is parcel 7?")):
        found = answer(root, request("plain", model, inputs={"ticket": ticket}))
        assert (found.text, found.usage) == (expected, Usage(0))


def test_a_function_of_a_file_is_a_provider(root: Settings) -> None:
    found = answer(root, request("plain", "own/answers.py:later:any-model"))
    assert found.text == "own/answers.py:later:any-model"
    assert found.usage is None


def test_functions_that_block_run_beside_one_another(root: Settings) -> None:
    asked = [request("plain", "own/answers.py:slow", case_id=str(n)) for n in range(20)]
    found = answers(root, *asked)
    assert [one.text for one in found if isinstance(one, Completion)] == [str(n) for n in range(20)]
    latest = max(one.latency or 0 for one in found if isinstance(one, Completion))
    assert latest < 2  # one after another they take 4 seconds


def test_a_function_that_fails_is_told_with_its_place_and_not_with_its_words(
    root: Settings,
) -> None:
    found = error(root, request("plain", "own/answers.py:broken"))
    assert (found.cause, found.billed) == ("dropped", "unknown")
    assert "ValueError at" in str(found)
    assert "answers.py:13" in str(found)
    assert "secret" not in str(found)


def test_a_functions_own_provider_error_is_kept(root: Settings) -> None:
    found = error(root, request("plain", "own/answers.py:limited"))
    assert (found.cause, found.retry_after) == ("rate_limited", 3)


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("own/answers.py:wrong", "returned int"),
        ("own/answers.py:value", "is no function"),
        ("own/answers.py:none", "has no function 'none'"),
        ("own/none.py:rule", "no file own/none.py"),
        ("own/bad.py:rule", "ZeroDivisionError"),
        ("own/answers.py:rule", "is called as rule(request), and takes ("),
        ("baseline:own/answers.py:later", "is called as later(inputs, messages), and takes ("),
        ("nobody:model", "no installed package offers 'nobody'"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_an_error(model: str, told: str, root: Settings) -> None:
    (found,) = answers(root, request("plain", model))
    assert isinstance(found, PluginError), found
    assert told in str(found)


@pytest.fixture
def offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Install a package that offers a provider under a name."""

    def install(name: str) -> None:
        info = tmp_path / "site/own_provider-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: own-provider\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(
            f"[promptops.providers]\n{name} = own_provider:answer\n"
        )
        code = "def answer(request):\n    return 'own ' + request.model\n"
        (tmp_path / "site/own_provider.py").write_text(code)
        monkeypatch.syspath_prepend(str(tmp_path / "site"))

    return install


def test_a_package_can_offer_a_provider(offered: Any) -> None:
    offered("den")
    assert answer(Settings(), request("plain", "den:m")).text == "own den:m"


def test_a_package_may_not_shadow_what_is_built_in(offered: Any) -> None:
    offered("anthropic")
    (found,) = answers(Settings(), request("plain", "other:m"))
    assert isinstance(found, PluginError)
    assert "'anthropic' (own_provider:answer) would shadow" in str(found)


def test_providers_that_call_nobody_import_no_client() -> None:
    code = """
import asyncio, sys
from promptops.model.evaluation import Case, Request
from promptops.providers import (anthropic, bedrock, exchange, gemini, openai, opening, plugin,
    pool, replay, vendor)
from promptops.providers.settings import Learning, Settings
async def ask():
    learning = Learning(train=[Case("a", {}, "one")])
    async with opening.open_providers(Settings(learning=learning)) as providers:
        asked = Request("baseline:majority", "plain", {}, (), {}, "k", "h")
        return (await providers.complete(asked)).text
print(asyncio.run(ask()), *sys.modules.keys() & {"aiohttp", "boto3", "botocore", "yarl"})
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "one\n"


def test_a_vendor_that_is_not_called_yet_has_imported_no_client() -> None:
    code = """
import asyncio, sys
from promptops.providers.opening import open_providers
from promptops.providers.settings import Settings
async def ask():
    async with open_providers(Settings(environment={"ANTHROPIC_API_KEY": "key"})) as providers:
        providers.provider("anthropic:claude-haiku-5-5")
asyncio.run(ask())
print(*sys.modules.keys() & {"aiohttp", "yarl"})
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "\n"


def test_a_model_without_a_provider_is_an_error() -> None:
    (found,) = answers(Settings(), request(model="claude"))
    assert isinstance(found, ConfigError)
