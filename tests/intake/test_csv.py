"""CSV files of calls, whatever they hold."""

from __future__ import annotations

import gzip
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.audit.spending import spending
from promptops.caching.trace_readers.reader import Unread
from promptops.errors import UsageError
from promptops.intake.cells import count, seconds, time_of
from promptops.intake.reading import reading
from promptops.intake.taking import take
from promptops.model.money import Price, Rates
from promptops.warehouse.warehouse import opened
from tests.intake.taken import asked, calls, taken, why, written

HEAD = "at,model,input_tokens,output_tokens,id\n"
FULL = (
    "at,model,input_tokens,output_tokens,cache_read_tokens,cache_write_tokens,"
    "cache_write_1h_tokens,reasoning_tokens,id,prompt,version,session,tenant,feature,"
    "user_segment,model_served,max_tokens,finish,latency,batch\n"
    "2026-11-20T10:00:00Z,anthropic:claude-haiku-5-5,30,9,600,20,10,4,c1,mail/sort,4,s1,t1,inbox,"
    "pro,claude-haiku-5-5-20260901,64,max_tokens,1.5,yes\n"
)


def test_every_column_has_its_place_in_the_ledger(tmp_path: Path) -> None:
    ledger = tmp_path / "l.db"
    assert taken(ledger, written(tmp_path / "c.csv", FULL)).new == 1
    assert calls(
        ledger,
        "model, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, write_ttl,"
        " cache_write_long_tokens, long_ttl, reasoning_tokens",
    ) == [("anthropic:claude-haiku-5-5", 30, 9, 600, 20, "5m", 10, "1h", 4)]
    assert calls(
        ledger,
        "at, prompt, version, session, tenant, feature, segment, model_served, max_tokens, finish,"
        " latency, tier, source",
    ) == [
        (1_795_168_800.0, "mail/sort", "v4", "s1", "t1", "inbox", "pro",
         "claude-haiku-5-5-20260901", 64, "length", 1.5, "batch", "csv")
    ]  # fmt: skip


def test_a_mark_of_byte_order_line_ends_and_compression_change_nothing(tmp_path: Path) -> None:
    plain = HEAD + '1795168800,"m:a",5,1,"one\ntwo"\n1795168801,m:a,6,1,b\n'
    forms = {
        "a.csv": plain.encode(),
        "b.csv": b"\xef\xbb\xbf" + plain.encode(),
        "c.csv": plain.replace("\n", "\r\n").replace("one\r\ntwo", "one\ntwo").encode(),
        "d.csv.gz": gzip.compress(plain.encode()),
        "e.csv": plain.rstrip("\n").encode(),
        "f.CSV": plain.replace("\n17", "\n\n\n17").encode(),
    }
    for name, content in forms.items():
        found = taken(tmp_path / "l.db", written(tmp_path / name, content))
        assert (found.new, found.known) == ((2, 0) if name == "a.csv" else (0, 2))
        assert not found.left


def test_a_row_that_is_wrong_is_left_out_and_the_first_line_of_its_kind_told(
    tmp_path: Path,
) -> None:
    rows = [
        "1795168800,m:a,1000000000,1,a",  # line 2: a billion tokens are tokens
        "1795168801,m:a,NaN,1,b",
        "1795168802,m:a,-4,1,c",
        "yesterday,m:a,1,1,d",
        "nan,m:a,1,1,e",
        "1795168803,m:a,1,1",
        "1795168804,m:a,12.0,1,f",  # as data frames write counts
        "1795168805,m:a,9223372036854775808,1,g",
        "1795168806000,m:a,1,1,h",
        "-5,m:a,1,1,i",
        "1795168807,,1,1,j",
        f"1795168808,{'m' * 1001},1,1,k",
        f"1795168809,m:a,1,1,{'k' * 200_000}",  # a long id is hashed
        "1795168810,m:a,1,1,l,more cells than the head",
        "1795168811,m:a,1,",
    ]
    found = taken(tmp_path / "l.db", written(tmp_path / "c.csv", HEAD + "\n".join(rows)))
    assert (found.new, found.known, found.error) == (5, 0, None)
    assert why(found) == {
        "input_tokens is no count": (3, 3),
        "at is no time": (1, 5),
        "at is no number of seconds since 1970": (2, 6),
        "a row with too few cells": (2, 7),
        "at looks like milliseconds: divide it by 1000": (1, 10),
        "a name of more than 1,000 characters": (1, 13),
    }
    assert asked(tmp_path / "l.db", "SELECT max(input_tokens) FROM calls") == [(1_000_000_000,)]
    assert calls(tmp_path / "l.db", "model")[2] == ("unknown",)


def test_ids_that_come_again_are_one_call(tmp_path: Path) -> None:
    content = HEAD + "1,m:a,1,1,x\n2,m:a,2,2,x\n3,m:a,3,3,\n3,m:a,3,3,\n"
    found = taken(tmp_path / "l.db", written(tmp_path / "c.csv", content))
    assert (found.new, found.known) == (2, 2)
    assert calls(tmp_path / "l.db", "input_tokens") == [(1,), (3,)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1795168800", 1_795_168_800.0), ("1795168800.25", 1_795_168_800.25),
        ("2026-11-20T10:00:00Z", 1_795_168_800.0), ("2026-11-20 10:00:00", 1_795_168_800.0),
        ("2026-11-20T12:00:00+02:00", 1_795_168_800.0), ("20261120T100000", 1_795_168_800.0),
        ("2026-11-20", 1_795_132_800.0),
    ],
)  # fmt: skip
def test_times_without_a_zone_are_in_utc(text: str, expected: float) -> None:
    assert time_of(text) == expected


@pytest.mark.parametrize("text", ["", "0001-01-01T00:00:00+23:00", "inf", "1e400", "noon"])
def test_what_is_no_time_is_said(text: str) -> None:
    with pytest.raises(Unread, match="at is no"):
        time_of(text)


@given(st.text() | st.floats().map(str) | st.integers().map(str))
@settings(max_examples=200)
def test_a_cell_is_a_count_and_seconds_or_neither(text: str) -> None:
    with suppress(Unread):
        assert 0 <= count("cell", text) <= 10**12
    with suppress(Unread):
        assert 0 <= seconds(text) < 10**9


@pytest.mark.parametrize(
    ("content", "given", "told"),
    [
        (HEAD, ("when=at",), r"no field 'when'"),
        (HEAD, ("at=",), "write FIELD=COLUMN"),
        (HEAD, ("at=model", "at=id"), "at is in column 'model' already"),
        (HEAD, ("tenant=id", "prompt=promt"), "no column 'promt'"),
        (HEAD.replace("model", "modell"), (), "no column 'model'; did you mean 'modell'"),
        ("", (), "no column 'at': it has none"),
        ("\x1f\x8bno gzip", (), "cannot be read"),
    ],
)
def test_a_file_without_its_columns_is_an_error_before_anything_is_written(
    tmp_path: Path, content: str, given: tuple[str, ...], told: str
) -> None:
    raw = content.encode("latin-1")
    with pytest.raises(UsageError, match=told):
        reading(written(tmp_path / "c.csv", raw), None, given)
    assert not (tmp_path / "l.db").exists()


def test_a_file_that_was_cut_off_keeps_what_was_read_and_is_an_error(tmp_path: Path) -> None:
    rows = "".join(f"{n},m:a,1,1,{n}\n" for n in range(1, 5_001))
    whole = gzip.compress((HEAD + rows).encode())
    cut = taken(tmp_path / "l.db", written(tmp_path / "c.csv.gz", whole[: len(whole) // 2]))
    assert cut.error is not None
    assert "c.csv.gz" in str(cut.error)
    assert 0 < cut.new < 5_000
    again = taken(tmp_path / "l.db", written(tmp_path / "c.csv.gz", whole))
    assert (again.new, again.known, again.error) == (5_000 - cut.new, cut.new, None)


def test_bytes_that_are_no_text_are_an_error_with_their_line(tmp_path: Path) -> None:
    rows = "".join(f"{n},m:a,1,1,{n}\n" for n in range(1, 2_001))
    path = written(tmp_path / "c.csv", (HEAD + rows).encode() + b"9,m:a,1,1,\xff\n")
    found = taken(tmp_path / "l.db", path)
    assert "c.csv:" in str(found.error)
    assert "cannot be read" in str(found.error)
    assert 0 < found.new < 2_001


def test_what_a_published_comparison_was_billed_comes_out_to_the_cent(tmp_path: Path) -> None:
    # wandb.ai, "compare-claude-caching": six questions to a book, with and without a cache.
    rows = (
        "at,model,input_tokens,output_tokens,cache_read_tokens,cache_write_tokens,feature\n"
        "1,anthropic:sonnet,908434,3190,0,0,sonnet\n"
        "1,anthropic:sonnet,3699,2725,753060,150612,sonnet cached\n"
        "1,anthropic:haiku,907452,2158,0,0,haiku\n"
        "1,anthropic:haiku,2693,1787,753060,150612,haiku cached\n"
    )
    rates = {
        "anthropic:sonnet": ("3", "15", "0.3", "3.75"),
        "anthropic:haiku": ("0.25", "1.25", "0.03", "0.3"),
    }

    def price(model: str, _at: float) -> Price:
        plain, output, read, write = map(Decimal, rates[model])
        return Price(model, Rates(plain, output, read, {"5m": write}))

    ledger = tmp_path / "l.db"
    path = written(tmp_path / "c.csv", rows)
    assert take(reading(path), ledger, price, lambda _: None).new == 4
    found = spending(opened(str(ledger)), ("feature",))
    assert {feature: one.usd for (feature,), one in found.items()} == {
        "sonnet": Decimal("2.773152"), "sonnet cached": Decimal("0.842685"),
        "haiku": Decimal("0.2295605"), "haiku cached": Decimal("0.0706824"),
    }  # fmt: skip
