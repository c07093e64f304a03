"""``promptops audit``."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from promptops.cli.audit import command
from promptops.errors import UsageError
from promptops.ledger.call_store import CallStore
from promptops.model.calls import Call, Context
from promptops.model.money import Price, Rates, Usage
from promptops.reporters.contracts import read_report
from promptops.reporters.contracts.audit import AuditReport

DAY = 86_400
FIRST = 20_400  # 2025-11-08
MODEL = "anthropic:claude-sonnet-5-5"
PRICE = Price(MODEL, Rates(Decimal(2), Decimal(10), Decimal("0.2"), {"5m": Decimal("2.5")}))
PROMPT = f"""---
model: {MODEL}
params: {{max_tokens: 400}}
inputs: {{question: string}}
cost: {{calls_per_month: 1000, output_tokens: 200, sample: samples/answer.json}}
---
{{% system %}}
You answer questions about lamps, their bulbs and their shades. Answer in at most 60 words.
{{% endsystem %}}
{{% user %}}
{{{{ question }}}}
{{% enduser %}}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a prompt, its sample and its eval, and no ledger."""
    for folder in ("prompts/lamps", "samples", "evals/lamps", ".git"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("[tool.promptops]\n")
    (tmp_path / "prompts/lamps/answer.prompt.j2").write_text(PROMPT)
    (tmp_path / "samples/answer.json").write_text(
        '{"question": "Which bulb fits the reading lamp?"}'
    )
    (tmp_path / "evals/lamps/answer.yaml").write_text("prompt: lamps/answer\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def recorded(project: Path) -> Path:
    """The project with calls of ten days."""
    context = Context(MODEL, "lamps/answer", "v1", max_tokens=400)
    calls = [
        Call(f"c{n}", (FIRST + n) * DAY, context, Usage(1_000_000, 10_000 * n), PRICE,
             attempt=1 + (n == 9), retry_cause="unfit" if n == 9 else None)
        for n in range(10)
    ]  # fmt: skip
    with CallStore.open(project / ".promptops/ledger.db") as store:
        store.add(calls)
    return project


def run(*words: str) -> Result:
    return CliRunner().invoke(command, words, catch_exceptions=False)


def test_recorded_calls_are_audited(recorded: Path) -> None:
    done = run("--format", "json")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert found["schema"] == "promptops.audit/1"
    assert found["basis"] == "recorded"
    assert found["window"] == {
        "since": "2025-11-08", "until": "2025-11-17", "days": 10, "calls": 10,
    }  # fmt: skip
    # 10 million tokens at $2 and 450,000 at $10, in ten days
    assert Decimal(found["usd_per_month"]) == Decimal("24.5") * Decimal("3.04375")
    sins = {one["name"]: one for one in found["sins"]}
    assert len(sins) == 7
    retry = sins["retry-spiral"]
    assert Decimal(retry["usd_per_month"]["high"]) == Decimal("2.9") * Decimal("3.04375")
    assert retry["proof"] == "promptops eval evals/lamps/answer.yaml"
    assert sins["one-model"]["next_step"].startswith("promptops cost lamps/answer --model")
    together = found["together"]
    assert Decimal(together["steps"][-1]["left"]) == pytest.approx(
        Decimal(found["usd_per_month"]) - Decimal(together["high"]), abs=Decimal("1e-5")
    )
    assert recorded.joinpath(".promptops/ledger.db").is_file()


@pytest.mark.parametrize("words", [(), ("--what-if", "batch=1,retries=0,turns=3")])
def test_the_json_keeps_its_contract(recorded: Path, words: tuple[str, ...]) -> None:
    assert recorded
    assert isinstance(read_report(run("--format", "json", *words).stdout), AuditReport)
    (recorded / ".promptops/ledger.db").unlink()
    assert isinstance(read_report(run("--format", "json").stdout), AuditReport)


def test_days_can_be_chosen(recorded: Path) -> None:
    assert recorded
    done = run("--since", "2025-11-08", "--until", "2025-11-09", "--format", "json")
    found = json.loads(done.stdout)
    assert found["window"]["days"] == 2
    assert Decimal(found["usd_per_month"]) == Decimal("4.1") * Decimal("30.4375") / 2
    with pytest.raises(UsageError, match="write a day"):
        run("--since", "May")
    with pytest.raises(UsageError, match="before --since"):
        run("--since", "2025-11-09", "--until", "2025-11-08")


def test_people_read_it_in_eighty_columns(recorded: Path) -> None:
    assert recorded
    done = run()
    assert done.exit_code == 0
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    for title in ("Monolithic prompt", "Retrieval firehose", "Retry spiral", "Context amnesia",
                  "One model for all", "Verbose output", "Agent loop"):  # fmt: skip
        assert f". {title} " in done.stdout
    assert done.stdout.count("   next: ") == done.stdout.count("   proof: ") == 7
    told = " ".join(done.stdout.split())
    between = (
        r"together \$[0-9.]+ \(\$[0-9.]+ to \$[0-9.,]+\) of \$74.57 a month, \$0 of it proven;"
    )
    assert re.search(between, told)


def test_markdown_has_a_table_and_reads_nothing_of_names_as_markdown(recorded: Path) -> None:
    context = Context(MODEL, "<b>@all|", "v1")
    with CallStore.open(recorded / ".promptops/ledger.db") as store:
        store.add([Call("x", FIRST * DAY, context, Usage(9_000_000, 5), PRICE)])
    done = run("--format", "markdown")
    assert done.stdout.startswith("## Audit: $")
    assert re.search(
        r"^\| Retry spiral \| \$[0-9.]+ to \$[0-9.]+ a month \|$", done.stdout, re.MULTILINE
    )
    for line in done.stdout.splitlines():
        outside = "".join(line.split("`")[::2])
        assert "<b>" not in outside
        assert "@all" not in outside


def test_without_a_ledger_it_works_from_declared_traffic_and_says_so(project: Path) -> None:
    assert project
    done = run("--format", "json")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert found["basis"] == "declared"
    assert found["window"]["calls"] is None
    assert Decimal(found["usd_per_month"]) > 2  # the answers alone
    assert any("there is no ledger" in note for note in found["notes"])
    assert any("there are no recorded calls" in note for note in found["notes"])
    sins = {one["name"]: one for one in found["sins"]}
    assert sins["verbose-output"]["usd_per_month"] is None
    assert sins["verbose-output"]["unknown"]


def test_without_ibis_it_says_so_and_works_from_the_templates(
    recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert recorded
    monkeypatch.setitem(sys.modules, "ibis", None)
    monkeypatch.delitem(sys.modules, "promptops.audit.gathering", raising=False)
    done = run("--format", "json")
    found = json.loads(done.stdout)
    assert found["basis"] == "declared"
    assert any("promptops-toolkit[audit]" in note for note in found["notes"])


def test_without_ibis_there_is_a_page_of_the_templates(recorded: Path, tmp_path: Path) -> None:
    # A process of its own: here the page's modules may have been imported before.
    line = "import sys; sys.modules['ibis'] = None; from promptops.cli import main; main()"
    words = [sys.executable, "-c", line, "audit", "--html", str(tmp_path / "audit.html")]
    assert recorded
    subprocess.run(words, check=True, capture_output=True)
    assert "promptops-toolkit[audit]" in (tmp_path / "audit.html").read_text("utf-8")


def test_what_if_recosts_the_calls(recorded: Path) -> None:
    assert recorded
    done = run("--what-if", "retries=0,max_tokens=50000", "--format", "json")
    what = json.loads(done.stdout)["what_if"]
    assert [one["lever"] for one in what["levers"]] == ["retries", "max_tokens"]
    # 9 calls, and answers of at most 50,000 tokens: 0 + 1 + 2 + 3 + 4 + 5 * 4 ten thousands
    assert Decimal(what["after"]) == (18 + Decimal("3.0")) * Decimal("3.04375")
    assert "what if: $" in run("--what-if", "cache=best").stdout
    assert "### What if: $" in run("--what-if", "batch=0.4", "--format", "markdown").stdout


def test_without_calls_what_if_recosts_the_declared_traffic(project: Path) -> None:
    prompt = project / "prompts/lamps/answer.prompt.j2"
    listed = "{% for hit in hits %}\n- {{ hit }}\n{% endfor %}\n"
    text = PROMPT.replace("question: string", "question: string, hits: array")
    prompt.write_text(text.replace("{% user %}\n", "{% user %}\n" + listed))
    hits = [f"Lamp {n} takes a bulb of {n} watts, and has a shade of glass." for n in range(8)]
    sample = project / "samples/answer.json"
    sample.write_text(json.dumps({"question": "Which bulb?", "hits": hits}))
    asked = "chunks=3,turns=8,retries=0.05,max_tokens=100,cache=best,batch=0.4"
    found = json.loads(run("--what-if", asked, "--format", "json").stdout)
    assert found["basis"] == "declared"
    levers = {one["lever"]: one for one in found["what_if"]["levers"]}
    assert len(levers) == 6
    assert not any(one["exact"] for one in levers.values())
    assert Decimal(levers["chunks"]["after"]) < Decimal(levers["chunks"]["before"])
    # 1,000 answers of 200 tokens at $10 a million, of which 100 are left, and 5 % more attempts.
    saved = Decimal(levers["max_tokens"]["before"]) - Decimal(levers["max_tokens"]["after"])
    assert saved == pytest.approx(Decimal(1) / Decimal("0.95"), abs=Decimal("1e-5"))
    firehose = next(one for one in found["sins"] if one["name"] == "retrieval-firehose")
    assert "8 retrieved texts in its sample" in firehose["evidence"][0]
    assert Decimal(firehose["usd_per_month"]["high"]) > 0


def test_what_if_needs_calls_or_declared_traffic(project: Path) -> None:
    prompt = project / "prompts/lamps/answer.prompt.j2"
    prompt.write_text(PROMPT.replace("calls_per_month: 1000, ", ""))
    with pytest.raises(UsageError, match="no recorded call, and no prompt whose dollars"):
        run("--what-if", "cache=best")


def test_a_ledger_that_is_named_must_be_there(project: Path) -> None:
    with pytest.raises(UsageError, match="no ledger is there"):
        run("--from", str(project / "none.db"))


def test_nothing_to_audit_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="nothing to audit"):
        run()


def test_where_no_price_is_known_it_ends_with_3(project: Path) -> None:
    prompt = project / "prompts/lamps/answer.prompt.j2"
    prompt.write_text(PROMPT.replace(MODEL, "acme:none"))
    done = run()
    assert done.exit_code == 3
    assert "- not estimated: " in done.stdout
    assert "acme:none" in done.stdout
    assert run("--allow-unpriced").exit_code == 0
