import json
from collections.abc import Sequence

from promptops.costs.counting import Batch, Count, counted, method_of
from promptops.costs.sent import Sent, sent
from promptops.costs.side import Pair, Side
from promptops.tokens.counter import TokenCounter
from tests.costs.makers import one

ASK = """---
inputs: {name: string, tone: {type: string, default: kind}}
cost: {sample: evals/one.json}
---
{% system %}
Be {{ tone }}.
{% endsystem %}
{% user %}
I am {{ name }}.
{% enduser %}
"""
SAMPLE = {"evals/one.json": '{"name": "Marijke van der Berg"}'}


class Listening(TokenCounter):
    """A counter that notes how often it is asked."""

    def __init__(self) -> None:
        super().__init__(None)
        self.asked: list[str] = []

    def encoded(self, texts: Sequence[str], encoding: str) -> list[int]:
        self.asked.append(encoding)
        return super().encoded(texts, encoding)


def alone(side: Side) -> Sent:
    _, new = sent(Pair(None, side), "prompts")
    assert new is not None
    return new


def tokens(text: str, model: str | None = None) -> Count:
    return count([(Sent("source", (text,)), model)], TokenCounter(None))[0]


def count(asked: Sequence[tuple[Sent, str | None]], counter: TokenCounter) -> list[Count]:
    batch = Batch()
    methods = [method_of(text, model, lambda _: {}) for text, model in asked]
    for (text, _), method in zip(asked, methods, strict=True):
        batch.add(method.encoding, text.messages)
    batch.count(counter)
    return [counted(text, method, batch)
            for (text, _), method in zip(asked, methods, strict=True)]  # fmt: skip


def test_what_is_sent_is_counted_where_a_sample_fills_the_inputs() -> None:
    found = alone(one(ASK, **SAMPLE))
    assert (found.counted, found.messages) == (
        "rendered",
        ("Be kind.\n", "I am Marijke van der Berg.\n"),
    )


def test_without_a_sample_known_lengths_of_the_inputs_stand_beside_the_fixed_text() -> None:
    pair = Pair(None, one(ASK))
    _, found = sent(pair, "prompts", ("name", "tone"))
    assert found is not None
    assert (found.counted, found.inputs) == ("variables", ("tone", "name"))
    assert found.messages == ("Be .\nI am .\n",)
    _, other = sent(pair, "prompts", ("name",))
    assert other is not None
    assert other.counted == "source"


def test_inputs_that_all_have_defaults_need_no_sample() -> None:
    text = "---\ninputs: {tone: {type: string, default: kind}}\n---\nBe {{ tone }}."
    assert alone(one(text)).messages == ("Be kind.",)


def test_without_a_sample_the_stored_body_is_counted() -> None:
    found = alone(one("\ufeff" + ASK.replace("\n", "\r\n").replace("cost:", "x:")))
    body = ASK.partition("---\n{%")[2].replace("\n", "\r\n")
    assert found == Sent("source", ("{%" + body,), (), "no cost.sample fills its inputs")


def test_a_sample_that_is_missing_or_does_not_fit_is_named() -> None:
    assert alone(one(ASK)).reason == "evals/one.json is no JSON object"
    assert alone(one(ASK, **{"evals/one.json": "[1]"})).reason == "evals/one.json is no JSON object"
    unfit = {"evals/one.json": '{"name": 7}'}
    assert alone(one(ASK, **unfit)).reason == "evals/one.json does not fit its inputs"


def test_a_template_of_another_application_is_counted_as_stored() -> None:
    assert alone(one("Hello {{ name }}")).counted == "source"


def test_both_sides_are_counted_the_same_way() -> None:
    old, new = sent(Pair(one("Hello {{ name }}"), one(ASK, **SAMPLE)), "prompts")
    assert old is not None
    assert new is not None
    assert (old.counted, new.counted) == ("source", "source")
    assert new.messages[0].startswith("{% system %}")


def test_the_new_sample_is_used_on_both_sides() -> None:
    before = one(ASK, **{"evals/one.json": '{"name": "Bo"}'})
    old, new = sent(Pair(before, one(ASK, **SAMPLE)), "prompts")
    assert old == new


def test_an_input_that_only_the_old_prompt_has_keeps_its_old_value() -> None:
    before = one(
        ASK.replace("name: string,", "name: string, town: string,").replace("I am", "{{ town }}:"),
        **{"evals/one.json": '{"name": "Bo", "town": "Delft"}'},
    )
    old, _ = sent(Pair(before, one(ASK, **SAMPLE)), "prompts")
    assert old is not None
    assert old.messages[1] == "Delft: Marijke van der Berg.\n"


def test_a_side_that_does_not_parse_leaves_the_other_one_rendered() -> None:
    old, new = sent(Pair(one(ASK + "{% if %}", **SAMPLE), one(ASK, **SAMPLE)), "prompts")
    assert old is not None
    assert new is not None
    assert (old.counted, new.counted) == ("source", "rendered")


def test_tools_and_schema_are_counted_apart_as_minified_json() -> None:
    tool = {"name": "find", "parameters": {"type": "object"}}
    text = "---\ntools: [tools/find.json]\noutput: {schema: schemas/out.json}\n---\nFind it."
    files = {"prompts/tools/find.json": json.dumps(tool, indent=4)}
    found = alone(one(text, **files, **{"prompts/schemas/out.json": '{ "type": "null" }'}))
    assert found.messages == ("Find it.",)
    assert found.attached == (
        '{"name":"find","parameters":{"type":"object"}}',
        '{"type":"null"}',
    )


def test_a_missing_tool_leaves_only_the_source() -> None:
    text = "---\ntools: [tools/find.json]\n---\nFind it."
    assert alone(one(text)).reason == "prompts/tools/find.json cannot be read"


def test_a_model_s_factor_scales_the_count_of_the_whole_side() -> None:
    plain, scaled = tokens("word " * 100), tokens("word " * 100, "anthropic:claude-sonnet-5-5")
    assert scaled.encoded == plain.input
    assert scaled.input == round(float(plain.input) * 1.477)


def test_nothing_is_no_tokens() -> None:
    assert tokens("").input == 0


def test_all_texts_of_a_run_are_counted_with_one_call_for_each_encoding() -> None:
    counter = Listening()
    models = [None, "openai:gpt-5", "openai:gpt-4", "anthropic:claude-opus-5", None]
    count([(Sent("source", (f"Text {n}.",)), model) for n, model in enumerate(models)], counter)
    assert sorted(counter.asked) == ["cl100k_base", "o200k_base"]
