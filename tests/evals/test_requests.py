from pathlib import Path

import pytest

from promptops.errors import ConfigError, InputError
from promptops.evals.requests import endpoint_of, request, streaming
from promptops.model.evaluation import Case
from promptops.registry.handle import PromptHandle
from promptops.registry.runtime import Registry

HEAD = """---
model: anthropic:claude-sonnet-5-5
params: {max_tokens: 30}
inputs: {parcel: string}
---
{% system %}
You sort parcels.
"""
TAIL = "{% endsystem %}\n{% user %}\n{{ parcel }}\n{% enduser %}\n"
CLAUDE, GPT = "anthropic:claude-sonnet-5-5", "openai:gpt-5-mini"
CASE = Case("1", {"parcel": "a box of lamps"})


def handle(tmp_path: Path, text: str = HEAD + TAIL) -> PromptHandle:
    (tmp_path / "prompts").mkdir(exist_ok=True)
    (tmp_path / "prompts/sort.prompt.j2").write_text(text)
    return Registry.load(tmp_path).get("sort")


@pytest.mark.parametrize(
    ("model", "endpoint"),
    [
        (CLAUDE, "anthropic.messages"),
        (GPT, "openai.responses"),
        ("gemini:gemini-3.8-flash", "gemini.generate"),
        ("bedrock:anthropic.claude-opus-5-v1:0", "bedrock.converse"),
        ("ollama:qwen3", "openai.chat"),
        ("baseline:majority", "plain"),
        (f"replay:{CLAUDE}", "anthropic.messages"),
    ],
)
def test_a_model_is_asked_where_its_provider_listens(model: str, endpoint: str) -> None:
    assert endpoint_of(model) == endpoint


def test_the_body_is_what_the_user_s_own_client_would_be_called_with(tmp_path: Path) -> None:
    found = request(handle(tmp_path), CLAUDE, CASE)
    rendered = handle(tmp_path).render(**CASE.inputs)
    assert found.body == rendered.anthropic()
    assert found.messages == (("system", "You sort parcels.\n"), ("user", "a box of lamps\n"))


def test_another_model_is_asked_the_same_in_its_own_words(tmp_path: Path) -> None:
    found = request(handle(tmp_path), GPT, CASE)
    assert found.body["model"] == "gpt-5-mini"
    assert found.body["max_output_tokens"] == 30


def test_a_cache_mark_changes_what_is_sent_and_not_what_is_answered(tmp_path: Path) -> None:
    plain = request(handle(tmp_path), CLAUDE, CASE)
    marked = request(handle(tmp_path, f"{HEAD}{{% cache %}}\n{TAIL}"), CLAUDE, CASE)
    assert plain.answer_key == marked.answer_key
    assert plain.request_hash != marked.request_hash


def test_what_an_answer_depends_on_changes_both_keys(tmp_path: Path) -> None:
    first = request(handle(tmp_path), CLAUDE, CASE)
    others = [
        request(handle(tmp_path), CLAUDE, Case("1", {"parcel": "a crate of tea"})),
        request(handle(tmp_path), "anthropic:claude-haiku-5-5", CASE),
        request(handle(tmp_path), CLAUDE, CASE, repeat=1),
        request(handle(tmp_path, HEAD.replace("30", "40") + TAIL), CLAUDE, CASE),
    ]
    assert len({one.answer_key for one in (first, *others)}) == 5
    assert len({one.request_hash for one in (first, *others)}) == 5


def test_two_versions_that_say_the_same_on_a_case_share_its_answer(tmp_path: Path) -> None:
    branch = "{% if parcel == 'glass' %}\nCarry it with care.\n{% endif %}\n"
    one = request(handle(tmp_path), CLAUDE, CASE)
    other = request(handle(tmp_path, HEAD + branch + TAIL), CLAUDE, CASE)
    assert one.answer_key == other.answer_key


def test_a_replayed_answer_is_known_by_the_keys_of_the_call_that_was_made(tmp_path: Path) -> None:
    made = request(handle(tmp_path), CLAUDE, CASE)
    again = request(handle(tmp_path), f"replay:{CLAUDE}", CASE)
    assert (again.answer_key, again.request_hash) == (made.answer_key, made.request_hash)
    assert again.model == f"replay:{CLAUDE}"


def test_options_of_the_provider_are_sent_and_mean_nothing_else(tmp_path: Path) -> None:
    plain = request(handle(tmp_path), CLAUDE, CASE)
    tiered = request(handle(tmp_path), CLAUDE, CASE, options={"service_tier": "auto"})
    assert tiered.body["service_tier"] == "auto"
    assert tiered.answer_key == plain.answer_key
    assert tiered.request_hash != plain.request_hash


def test_a_case_that_does_not_fit_the_inputs_is_an_error_that_names_them(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="parcel"):
        request(handle(tmp_path), CLAUDE, Case("1", {"box": "tea"}))


def test_a_stream_is_asked_for_in_the_words_of_each_vendor() -> None:
    assert streaming("anthropic:claude-haiku-5-5") == {"stream": True}
    assert streaming("house:one")["stream_options"] == {"include_usage": True}
    with pytest.raises(ConfigError, match="bedrock:amazon"):
        streaming("bedrock:amazon.nova-lite")
