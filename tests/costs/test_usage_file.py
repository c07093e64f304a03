"""The usage file: what it says, exactly, and what is refused."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.errors import ConfigError
from promptops.model.prompt import Amount
from promptops.model.usage import Agent, CacheUse, Calibration, Retries, Use
from promptops.templates.files import Folder, Memory
from promptops.usage_file.reading import UsageFile

WHOLE = """\
# How the parcel desk is used.
version: 1
defaults: {calls_per_month: {low: 1_000, expected: 10_000, high: 40_000}}
prompts:
  support/triage:
    calls_per_month: 120_000
    output_tokens: {p50: 210, p95: 480}
    reasoning_tokens: 12.5
    variables: {ticket: {p50: 480, p95: 1900}}
    cache: {hit_rate: 0.992, partitions: 1}
    retries: {billed_failure: 0.02, max: 2, repair: true, extra: 40}
    agent: {steps: 3, growth: 900}
    batch_share: 0.25
    from: ledger 2026-10-20..2026-11-19, n=1204
calibration: {"anthropic:claude-sonnet-5-5": {factor: 1.00, low: 0.94, high: 1.06, calls: 1204}}
"""


def read(text: str) -> UsageFile:
    return UsageFile.read(Memory({"usage.yml": text.encode()}), "usage.yml")


def told(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(text)
    return str(caught.value)


def test_every_key_is_read() -> None:
    found = read(WHOLE)
    assert found.version == 1
    usual = Amount(Decimal(10_000), Decimal(1_000), Decimal(40_000))
    assert found.defaults == Use(calls_per_month=usual)
    assert found.prompts == {
        "support/triage": Use(
            calls_per_month=Amount(Decimal(120_000)),
            output_tokens=Amount(Decimal(210), None, Decimal(480)),
            reasoning_tokens=Amount(Decimal("12.5")),
            variables={"ticket": Amount(Decimal(480), None, Decimal(1900))},
            cache=CacheUse(Decimal("0.992"), Decimal(1)),
            retries=Retries(Decimal("0.02"), 2, True, Decimal(40)),
            agent=Agent(3, Decimal(900)),
            batch_share=Decimal("0.25"),
            origin="ledger 2026-10-20..2026-11-19, n=1204",
        )
    }
    one = Calibration(Decimal("1.00"), Decimal("0.94"), Decimal("1.06"), 1204)
    assert found.calibration == {"anthropic:claude-sonnet-5-5": one}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing yet\n",
        "version: 1\n",
        "null\n",
        "prompts:\n# soon\ncalibration:\ndefaults:\n",
    ],
)
def test_what_is_not_said_is_not_known(text: str) -> None:
    assert read(text) == UsageFile()


def test_a_project_without_a_usage_file_has_an_empty_one(tmp_path: Path) -> None:
    assert UsageFile.read(Folder(tmp_path), "usage.yml") == UsageFile()


def test_a_byte_order_mark_and_windows_line_ends_are_read_over() -> None:
    data = b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode()
    assert UsageFile.parse(data, "usage.yml") == read(WHOLE)


@given(st.decimals(0, 10**14, allow_nan=False, allow_infinity=False, places=18))
def test_a_number_is_the_one_that_is_written(number: Decimal) -> None:
    found = read(f"defaults: {{calls_per_month: {number:f}}}")
    assert found.defaults.calls_per_month == Amount(number)


@pytest.mark.parametrize(
    "path", ["../usage.yml", "/etc/usage.yml", "a/../../usage.yml", "C:/usage.yml", "..\\u.yml", ""]
)
def test_a_path_that_leads_out_of_the_project_is_refused(path: str) -> None:
    with pytest.raises(ConfigError, match=r"cost\.usage: .* is no path below"):
        UsageFile.read(Memory({path: b"version: 1"}), path)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("calls_per_mnth: 5", "unknown key 'calls_per_mnth'; did you mean 'calls_per_month'?"),
        ("calls_per_month: 120k", "got '120k': write it in full, such as 120_000"),
        ("calls_per_month: 0120", "'0120' cannot be read: write it in decimal digits"),
        ("calls_per_month: 1:30", "'1:30' cannot be read: write it in decimal digits"),
        ("calls_per_month: .inf", "'.inf' cannot be read: write it in decimal digits"),
        ("calls_per_month: -1", "must not be negative, got -1"),
        ("calls_per_month: 1000000000000000", "too large a number"),
        ("calls_per_month: true", "expected a number, got a boolean"),
        ("calls_per_month: {low: 3, high: 9}", "expected is missing"),
        ("calls_per_month: {low: 3, expected: 2}", "must rise: 3, 2 does not"),
        ("output_tokens: {p50: 480, p95: 210}", "must rise: 480, 210 does not"),
        ("output_tokens: {p95: 210}", "p50 is missing"),
        ("output_tokens: {p50: 21, high: 210}", "unknown key 'high'"),
        ("cache: {hit_rate: 99%}", "got '99%': write a share from 0 to 1, such as 0.99"),
        ("cache: {hit_rate: 99.2}", "cache.hit_rate: must be a share from 0 to 1, got 99.2"),
        ("cache: {partitions: 0}", "must be at least 1, got 0"),
        ("retries: {billed_failure: 1}", "must be a chance from 0 to below 1, got 1"),
        ("retries: {most: 2}", "unknown key 'most'"),
        ("retries: {max: -1}", "must be at least 0, got -1"),
        ("agent: {steps: 0}", "agent.steps: must be at least 1, got 0"),
        ("batch_share: 50%", "got '50%'"),
        ("from: 3", "expected a string, got an integer"),
        ("variables: {ticket: many}", "variables.ticket: expected a number, got 'many'"),
    ],
)
def test_a_wrong_use_is_named_with_its_line(wrong: str, says: str) -> None:
    message = told(f"prompts:\n  desk:\n    {wrong}\n")
    assert message.startswith("usage.yml, line 3: ")
    assert says in message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("prompt: {}", "unknown key 'prompt'; did you mean 'prompts'?"),
        ("version: 2", "version: expected 1, got 2"),
        ("[]", "expected a mapping, got a list"),
        ("prompts: [", "not valid YAML"),
        ("prompts: {12: {}}", "put it in quotes"),
        ("prompts: {a: {}, a: {}}", "the key 'a' is given twice"),
        ("calibration: {sonnet: {factor: 1, low: 1, high: 1, calls: 30}}", "provider:model"),
        ("calibration: {'a:b': {factor: 1, low: 1, high: 1, calls: 29}}", "must be at least 30"),
        ("calibration: {'a:b': {factor: 1, low: 1.1, high: 2, calls: 30}}", "must rise"),
        ("calibration: {'a:b': {factor: 1}}", "low, high, calls is missing"),
        ("calibration: {'a:b': 1.2}", "expected a mapping, got"),
        ("calibration: {'a:b': {factor: 0, low: 0, high: 1, calls: 30}}", "must be above 0"),
    ],
)
def test_a_wrong_file_is_an_error(text: str, says: str) -> None:
    assert says in told(text)


def test_all_that_is_wrong_is_told_in_its_order() -> None:
    message = told("prompts:\n  a: {batch_share: 2}\n  b:\n    agent: {step: 1}\n")
    assert message.index("line 2: prompts.a.batch_share") < message.index("line 4: prompts.b.agent")


def test_a_file_that_is_not_utf_8_says_so() -> None:
    with pytest.raises(ConfigError, match=r"usage\.yml, line 1: not UTF-8"):
        UsageFile.parse("version: 1 # \xe9".encode("latin-1"), "usage.yml")


WORDS = "prompts: defaults: calibration: calls_per_month: cache: a: low: : { } [ ] , ' #x *a 1 0.5"
SPACED = "&a *a <<: - ? !!int !!float !!set !!binary"
BLANKS = [
    " ",
    "  ",
    "\n",
    "\t",
    "|\n",
    "---\n",
    "...\n",
    "\ufeff",
    "\x00",
    "é",
    '"',
    ".inf",
    "12:30",
]
PIECES = st.sampled_from([*WORDS.split(), *(f"{one} " for one in SPACED.split()), *BLANKS])


@given(st.lists(PIECES, max_size=25).map("".join))
@settings(max_examples=50)
def test_any_text_is_read_or_refused(text: str) -> None:
    said = ""
    try:
        read(text)
    except ConfigError as error:
        said = str(error)
    assert not said or said.startswith("usage.yml, line ")


MEASURED = """\
prompts:
  desk:
    output_tokens: {p50: 90, p95: 155, p99: 184}
    calibration:
      "a:b": {factor: 1.6, low: 1.5, high: 1.7, calls: 49, encoded: 900, until: 2026-11-10}
    text: sha256:f93af34fb45c
    from: ledger 2026-11-01..2026-11-10, n=900
calibration:
  "a:b": {factor: 1.4, low: 1.2, high: 1.7, calls: 99, until: 2026-08-01}
  "a:c": {factor: 1.1, low: 1, high: 1.2, calls: 30}
"""
TODAY = date(2026, 11, 22)


def test_a_prompt_s_own_calibration_comes_first_and_the_notes_say_which_it_is() -> None:
    file = UsageFile.parse(MEASURED.encode(), "usage.yml")
    notes = {model: one.note for model, one in file.calibrations("desk", TODAY).items()}
    assert notes == {"a:b": " of this prompt, until 2026-11-10", "a:c": ""}
    others = file.calibrations("shop", TODAY)
    assert others["a:b"].note == ", until 2026-08-01, over 90 days ago"
    assert file.old(TODAY)
    assert not file.old(date(2026, 10, 1))
    changed = file.calibrations("desk", TODAY, lambda start: start != "sha256:f93af34fb45c")
    assert changed["a:b"].note == " of this prompt, before its text changed, until 2026-11-10"


@pytest.mark.parametrize(
    ("characters", "factor"), [(200, "1.4"), (900, "1.6"), (4_000, "1.6"), (30_000, "1.4")]
)
def test_a_prompt_s_own_calibration_is_for_texts_of_its_length(
    characters: int, factor: str
) -> None:
    file = UsageFile.parse(MEASURED.encode(), "usage.yml")
    known = file.calibrations("desk", TODAY, lambda _: True, characters)
    assert known["a:b"].factor == Decimal(factor)


def test_an_entry_knows_when_and_of_how_many_calls_it_was_measured() -> None:
    use = UsageFile.parse(MEASURED.encode(), "usage.yml").prompts["desk"]
    assert (use.until, use.calls) == (date(2026, 11, 10), 900)
    for origin in (
        "",
        "our guess",
        "trace of May..June, n=5",
        "ledger 2026-11-01..2026-13-45, n=9",
    ):
        assert (Use(origin=origin).until, Use(origin=origin).calls) == (None, None)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("gaps: {2h: 0.5}", "expected one of 5m, 30m, 1h, 12h"),
        ("gaps: {1h: 1.5}", "must be a share from 0 to 1, got 1.5"),
        ("text: f93af34fb45c", "expected sha256: and the first digits of a text's hash"),
        ("output_tokens: {p50: 9, p95: 12, p99: 11}", "must rise: 9, 12, 11 does not"),
        (
            'calibration: {"a:b": {factor: 2.6, low: 1, high: 3, calls: 30}}',
            "must be 0.5 to 2.5, else something else was sent than counted, got 2.6",
        ),
        (
            'calibration: {"a:b": {factor: 2, low: 1, high: 3, calls: 30, until: May}}',
            "expected a day, such as 2026-11-20",
        ),
    ],
)
def test_a_wrong_measurement_is_told(entry: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        UsageFile.parse(f"prompts:\n  desk:\n    {entry}\n".encode(), "usage.yml")
    assert told in str(caught.value)
