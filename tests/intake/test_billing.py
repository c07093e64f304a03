"""Vendors' reports of what they billed: buckets in a table of their own, each as last told."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from promptops.errors import LedgerError
from promptops.intake.billing import page
from promptops.ledger.billed_store import bill
from promptops.model.billed import Billed
from promptops.model.money import Usage
from tests.intake.taken import asked, taken, why, written

DAY = {"starting_at": "2026-10-01T00:00:00Z", "ending_at": "2026-10-02T00:00:00Z"}
# The example of the reference of GET /v1/organizations/usage_report/messages.
USED = {
    "uncached_input_tokens": 1_500, "cache_read_input_tokens": 200, "output_tokens": 500,
    "cache_creation": {"ephemeral_1h_input_tokens": 1_000, "ephemeral_5m_input_tokens": 500},
    "server_tool_use": {"web_search_requests": 10}, "api_key_id": "apikey_01", "workspace_id": None,
    "model": "claude-sonnet-4-20250514", "service_tier": "standard", "context_window": "0-200k",
}  # fmt: skip
PAID = {
    "currency": "USD", "amount": "123.78912", "workspace_id": None, "cost_type": "tokens",
    "description": "Claude Sonnet 4 Usage - Input Tokens", "context_window": "0-200k",
    "model": "claude-sonnet-4-20250514", "service_tier": "standard",
    "token_type": "uncached_input_tokens",
}  # fmt: skip
SUMS = (
    "vendor, report, day, model, tier, input_tokens, cache_read_tokens, cache_write_tokens,"
    " write_ttl, cache_write_long_tokens, long_ttl, output_tokens, requests, usd"
)


def anthropic(*rows: dict[str, Any], more: bool = False) -> dict[str, Any]:
    """Return a page of Anthropic's reports, of one day."""
    data = [{**DAY, "results": list(rows)}]
    return {"data": data, "has_more": more, "next_page": "page_2" if more else None}


def openai(*rows: dict[str, Any]) -> dict[str, Any]:
    """Return a page of OpenAI's reports, of one day, as its client has typed it."""
    types = pytest.importorskip("openai.types.admin.organization")
    bucket = {"object": "bucket", "start_time": 1_790_812_800, "end_time": 1_790_899_200}
    data = [{**bucket, "results": list(rows)}]
    told = {"object": "page", "data": data, "has_more": False, "next_page": None}
    made = types.UsageCompletionsResponse.model_validate(told)
    found: dict[str, Any] = made.model_dump(mode="json")
    return found


def billed(path: Path, columns: str = SUMS) -> list[Any]:
    """Return columns of a ledger's buckets."""
    return asked(path, f"SELECT {columns} FROM billed ORDER BY vendor, report, begins, usd")


def test_a_page_of_anthropics_usage_has_every_token_once(tmp_path: Path) -> None:
    ledger = tmp_path / "l.db"
    found = taken(ledger, written(tmp_path / "u.json", anthropic(USED, more=True)))
    assert (found.kind, found.what, found.new, found.more) == ("anthropic-usage", "bucket", 1, True)
    assert billed(ledger) == [
        ("anthropic", "usage", 20_727, "claude-sonnet-4-20250514", "standard", 1_500, 200, 500,
         "5m", 1_000, "1h", 500, None, None)
    ]  # fmt: skip
    assert asked(ledger, "SELECT count(*) FROM calls") == [(0,)]
    assert billed(ledger, "api_key, workspace, begins, ends") == [
        ("apikey_01", None, 1_790_812_800.0, 1_790_899_200.0)
    ]


def test_dollars_keep_all_their_digits(tmp_path: Path) -> None:
    ledger = tmp_path / "l.db"
    search = {**dict.fromkeys(PAID), "currency": "USD", "amount": "10", "cost_type": "web_search"}
    line = {
        "object": "organization.costs.result", "project_id": "proj_1",
        "amount": {"value": 0.06, "currency": "usd"},
        "line_item": "gpt-5.6-2026-03-05, cached input",
    }  # fmt: skip
    fast = {**line, "line_item": "priority | gpt-5.6, output, long context"}
    tools = {**line, "line_item": "web search tool calls"}
    taken(ledger, written(tmp_path / "a.json", anthropic(PAID, search)))
    taken(ledger, written(tmp_path / "o.json", openai(line, fast, tools)))
    told = billed(ledger, "model, tier, item, usd")
    assert sorted(told, key=repr) == sorted(
        [
            ("claude-sonnet-4-20250514", "standard", "uncached_input_tokens", "1.2378912"),
            (None, None, "web_search", "0.10"),
            ("gpt-5.6-2026-03-05", None, "gpt-5.6-2026-03-05, cached input", "0.06"),
            ("gpt-5.6", "priority", "priority | gpt-5.6, output, long context", "0.06"),
            (None, None, "web search tool calls", "0.06"),
        ],
        key=repr,
    )


def test_cached_tokens_are_among_openais_input(tmp_path: Path) -> None:
    row = {
        "object": "organization.usage.completions.result", "input_tokens": 7_162,
        "output_tokens": 900, "input_cached_tokens": 1_280, "input_cache_write_tokens": 300,
        "input_cache_write_30m_tokens": 200, "input_cache_write_12h_tokens": 100,
        "input_uncached_tokens": 5_582, "input_cached_audio_tokens": 7, "num_model_requests": 3,
        "model": "gpt-5.6-2026-03-05", "batch": True, "project_id": "proj_1", "user_id": "u1",
    }  # fmt: skip
    wrong = {**row, "input_cached_tokens": 7_000, "model": "gpt-5"}
    images = {"object": "organization.usage.images.result", "images": 2, "num_model_requests": 1}
    found = taken(tmp_path / "l.db", written(tmp_path / "o.json", openai(row, wrong, images)))
    assert why(found) == {
        "a usage that cannot be read": (1, 1),
        "a report of something other than tokens or dollars": (1, 1),
    }
    assert billed(tmp_path / "l.db") == [
        ("openai", "usage", 20_727, "gpt-5.6-2026-03-05", "batch", 5_582, 1_280, 200, "30m", 100,
         "12h", 900, 3, None)
    ]  # fmt: skip
    assert "u1" not in json.dumps(asked(tmp_path / "l.db", "SELECT * FROM billed"))


CONSOLE = (
    "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,"
    "usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,"
    "usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens,"
    "web_search_count,inference_geo,speed\n"
    '2026-10-01,claude-opus-5,Lockwren,"Parcels, Ltd",standard,≤ 200k,46981,15969,0,10,16932,0,'
    "global,\n"
)
COSTS = (
    "usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,"
    "list_price_usd,cost_type,inference_geo,speed,api_key_id,api_key_status\n"
    "2026-10-01,Claude Haiku 4.5,Default,k,message,≤ 200k,output,0.02,0.02,token,,,apikey_1,on\n"
    "2026-10-01,Claude Haiku 4.5,Default,k,message,≤ 200k,output,NaN,0.02,token,,,apikey_1,on\n"
)
DASHBOARD = (
    "start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,user_id,"
    "user_email,api_key_id,model,batch,service_tier,input_tokens,output_tokens,"
    "input_cached_tokens,input_uncached_tokens\n"
    "1790726400,1790812800,2026-09-30T00:00:00+00:00,2026-10-01T00:00:00+00:00,,,,,,,,,,,,\n"
    "1790812800,1790899200,2026-10-01T00:00:00+00:00,2026-10-02T00:00:00+00:00,proj_1,3.0,,"
    "someone@lockwren.example,key_1,gpt-5.6-2026-03-05,False,default,7162,900,1280,5882\n"
)
SPENT = (
    "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,"
    "project_id,user_email\n"
    "1790812800,1790899200,2026-10-01T00:00:00,2026-10-02T00:00:00,"
    '0.003835980000000000000000000000,usd,"gpt-5-nano, input",proj_1,someone@lockwren.example\n'
    '1790812800,1790899200,2026-10-01T00:00:00,2026-10-02T00:00:00,1,eur,"gpt-5, input",proj_1,\n'
)


def test_exports_of_the_consoles_are_read_by_their_heads(tmp_path: Path) -> None:
    ledger = tmp_path / "l.db"
    files = {"a": CONSOLE, "b": COSTS, "c": DASHBOARD, "d": SPENT}
    left = {}
    for name, content in files.items():
        found = taken(ledger, written(tmp_path / f"{name}.csv", content))
        assert found.new == 1
        left |= why(found)
    assert left == {
        "an amount that is no number": (1, 3), "a day without use": (1, 2),
        "an amount in another currency than USD": (1, 3),
    }  # fmt: skip
    assert billed(ledger) == [
        ("anthropic", "cost", 20_727, "claude-haiku-4-5", None, *(None,) * 8, "0.02"),
        ("anthropic", "usage", 20_727, "claude-opus-5", "standard", 46_981, 10, 15_969, "5m", 0,
         None, 16_932, None, None),
        ("openai", "cost", 20_727, "gpt-5-nano", None, *(None,) * 8,
         "0.003835980000000000000000000000"),
        ("openai", "usage", 20_727, "gpt-5.6-2026-03-05", "default", 5_882, 1_280, 0, None, 0,
         None, 900, 3, None),
    ]  # fmt: skip
    assert b"someone@lockwren.example" not in ledger.read_bytes()


def test_a_later_export_of_a_bucket_replaces_it_and_all_else_stays(tmp_path: Path) -> None:
    ledger, path = tmp_path / "l.db", tmp_path / "u.json"
    other = {**USED, "model": "claude-haiku-4-5"}
    assert taken(ledger, written(path, anthropic(USED, other))).new == 2
    again = taken(ledger, path)
    assert (again.new, again.changed, again.known) == (0, 0, 2)
    later = taken(ledger, written(path, anthropic({**USED, "output_tokens": 700}, other)))
    assert (later.new, later.changed, later.known) == (0, 1, 1)
    assert sorted(billed(ledger, "output_tokens")) == [(500,), (700,)]


def test_rows_that_nothing_tells_apart_are_added_together_within_a_page(tmp_path: Path) -> None:
    ledger = tmp_path / "l.db"
    parts = [{**USED, "region_of_some_day": name} for name in ("a", "b")]
    paid = [{**PAID, "new_thing": name} for name in ("a", "b")]
    # Two pages of one file are two exports, of which the last holds.
    pages = [anthropic(*parts), anthropic(*parts), anthropic(*paid)]
    assert taken(ledger, written(tmp_path / "u.jsonl", pages)).new == 2
    assert billed(ledger, "output_tokens, cache_write_long_tokens, usd") == [
        (None, None, "2.4757824"), (1_000, 2_000, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"uncached_input_tokens": -1}, "a usage that cannot be read"),
        ({"output_tokens": "many"}, "a usage that cannot be read"),
        ({"rbac_group_id": "rbac_group_1"}, "a sum over a group of people"),
        ({"amount": "NaN", "currency": "USD"}, "an amount that is no number"),
        ({"amount": "5", "currency": "EUR"}, "an amount in another currency"),
    ],
)
def test_a_result_that_is_wrong_is_left_out(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    path = written(tmp_path / "u.json", anthropic({**USED, **change}, USED))
    found = taken(tmp_path / "l.db", path)
    assert found.new == 1
    ((told, place),) = why(found).items()
    assert told.startswith(reason)
    assert place == (1, 1)


def test_values_of_other_shapes_are_told_and_no_crash(tmp_path: Path) -> None:
    odd: list[Any] = [
        anthropic(USED), {"data": [3, {"starting_at": None, "results": [USED]}], "has_more": True},
        {"data": [{**DAY, "results": "x"}], "has_more": False}, {"data": 5}, 7,
        {**DAY, "results": [None, USED]},
    ]  # fmt: skip
    found = taken(tmp_path / "l.db", written(tmp_path / "u.jsonl", odd))
    assert (found.new, found.known) == (1, 1)
    assert {reason: number for reason, (number, _) in why(found).items()} == {
        "a value of another kind": 3, "a row that is no sum of tokens or dollars": 2,
    }  # fmt: skip


def test_hours_and_days_of_the_same_time_are_two_groupings() -> None:
    hour = Billed("openai", "usage", 0.0, 3_600.0, "", {"model": "m"}, Usage(1))
    day = Billed("openai", "usage", 0.0, 86_400.0, "", {"model": "m"}, Usage(2))
    cost = Billed("openai", "cost", 0.0, None, "", {"item": "x"}, usd=Decimal(1))
    assert [one.grouping for one in page([hour, day, cost], "api")] == [
        "api 1h model", "api 1d model", "api 1d item",
    ]  # fmt: skip


def test_a_number_of_more_than_63_bits_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    rows = [Billed("openai", "usage", 0.0, None, str(n), {}, Usage(n)) for n in (1, 2**63)]
    with pytest.raises(LedgerError, match="more than 63 bits"):
        bill(tmp_path / "l.db", [rows])
    assert asked(tmp_path / "l.db", "SELECT count(*) FROM billed") == [(0,)]


def test_the_columns_of_the_files_here_are_whole() -> None:
    for text in (CONSOLE, COSTS, DASHBOARD, SPENT):
        assert len({len(row) for row in csv.reader(io.StringIO(text))}) == 1


def test_older_exports_tell_no_lifetime_of_what_was_written(tmp_path: Path) -> None:
    old = (
        "usage_date_utc,model_version,usage_input_tokens_no_cache,usage_input_tokens_cache_write,"
        "usage_input_tokens_cache_read,usage_output_tokens\n"
        "2025-03-02 00:00:00,claude-3-5-haiku-20241022,10,4,6.0,2\n"
        "2025-03-02,claude-3-5-haiku-20241022,10,4,6,2\n"  # the same day, told otherwise
        "2025-03-03,claude-3-5-haiku-20241022,ten,4,6,2\n"
    )
    found = taken(tmp_path / "l.db", written(tmp_path / "old.csv", old))
    assert why(found) == {"usage_input_tokens_no_cache is no count": (1, 4)}
    columns = "input_tokens, cache_read_tokens, cache_write_tokens, write_ttl, output_tokens"
    assert billed(tmp_path / "l.db", columns) == [(20, 12, 8, "5m", 4)]


def test_a_name_as_long_as_a_text_is_none(tmp_path: Path) -> None:
    path = written(tmp_path / "u.json", anthropic({**USED, "model": "m" * 1_001}))
    found = taken(tmp_path / "l.db", path)
    assert (found.new, why(found)) == (0, {"a name of more than 1,000 characters": (1, 1)})
