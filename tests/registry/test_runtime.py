from __future__ import annotations

import logging
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from promptops import Registry
from promptops.errors import LabelError, NotEstimable, RegistryError, UnknownModel
from promptops.model.prompt import Amount, Message, Part
from promptops.registry.rendered import Ref, Rendered
from tests.registry.bundled import built, project

HEAVY = ("click", "git", "tiktoken", "sqlite3", "sqlite_utils", "pydantic", "yaml", "jinja2")
LABELS = "triage: {production: v1, canary: {v1: 50, v2: 50}}\n"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return project(tmp_path / "project", "triage", labels=LABELS)


@pytest.fixture
def bundle(here: Path, tmp_path: Path) -> Path:
    path = tmp_path / "prompts.bundle.json"
    path.write_bytes(built(here))
    return path


def loaded(code: str, *modules: str, cwd: Path) -> set[str]:
    """Return which modules some code loads, in a process of its own."""
    told = f"import sys\n{code}\nprint(*(m for m in {modules!r} if m in sys.modules))"
    command = [sys.executable, "-c", told]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True)
    return {*done.stdout.split()}


def test_the_import_loads_nothing_heavy(tmp_path: Path) -> None:
    code = "from promptops import Registry"
    assert loaded(code, *HEAVY, "logging", "opentelemetry", cwd=tmp_path) == set()


def test_a_bundle_needs_no_yaml_and_no_git(bundle: Path) -> None:
    code = f"""
from promptops import Registry
prompt = Registry.load({str(bundle)!r}).get("triage@canary", key="user-1")
prompt.render(ticket="x").anthropic()
"""
    assert loaded(code, *HEAVY, "opentelemetry", cwd=bundle.parent) == set()


def test_prompt_files_need_yaml_and_no_more(here: Path) -> None:
    code = """
from promptops import Registry
Registry.load().get("triage@production").render(ticket="x").otel
"""
    assert loaded(code, *HEAVY, "opentelemetry", cwd=here) == {"yaml"}


def test_the_argument_comes_first_then_the_variable_then_the_package(
    here: Path, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "myapp_of_this_test"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(package.parent)
    monkeypatch.chdir(here)

    def source(*arguments: Any, **more: Any) -> str:
        return Registry.load(*arguments, **more).get("triage@v2").ref.source

    assert source() == source(package=package.name) == source(here) == "head"
    shutil.copy(bundle, package / "prompts.bundle.json")
    assert source(package=package.name) == "bundle"
    assert source() == source(here, package=package.name) == "head"
    monkeypatch.setenv("PROMPTOPS_BUNDLE", str(bundle))
    assert source() == source(bundle) == source(str(bundle)) == "bundle"
    assert source(here) == "head"
    monkeypatch.setenv("PROMPTOPS_BUNDLE", str(tmp_path / "none.json"))
    with pytest.raises(RegistryError, match="there is no bundle here"):
        Registry.load(package=package.name)


def test_where_there_is_nothing_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RegistryError, match=r"prompts: no such folder; .*Registry\.load\(PATH\)"):
        Registry.load()
    with pytest.raises(RegistryError, match=r"prompts\.bundle\.json is not in 'tests', and "):
        Registry.load(package="tests")
    with pytest.raises(RegistryError, match="there is no package 'no_such_package'"):
        Registry.load(package="no_such_package")
    with pytest.raises(RegistryError, match="there is no bundle here"):
        Registry.load(tmp_path / "none.json")


def test_a_bundle_has_released_versions_only(bundle: Path) -> None:
    registry = Registry.load(bundle)
    assert registry.names == ["triage"]
    assert registry.get("triage@production").render(ticket="x").ref.source == "bundle"
    with pytest.raises(LabelError, match="in a bundle a bare name means the default label"):
        registry.get("triage")
    for reference in ("triage@work", "triage@git:HEAD"):
        with pytest.raises(RegistryError, match="a bundle holds released versions only"):
            registry.get(reference)


def test_a_bundle_and_its_project_render_the_same(here: Path, bundle: Path) -> None:
    one, other = Registry.load(here), Registry.load(bundle)
    for reference in ("triage@v1", "triage@v2", "triage@production", "triage@canary"):
        sent = [registry.get(reference, key=7).render(ticket="x") for registry in (one, other)]
        assert sent[0].messages == sent[1].messages
        assert sent[0].anthropic() == sent[1].anthropic()
        assert sent[0].ref.sha256 == sent[1].ref.sha256


def test_labels_of_a_mounted_file_serve_a_bundle(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "labels.yaml").write_text("triage: {production: v2}\n")
    monkeypatch.setenv("PROMPTOPS_LABELS_FILE", str(tmp_path / "labels.yaml"))
    assert Registry.load(bundle).get("triage@production").ref.version == 2
    (tmp_path / "labels.yaml").write_text("triage: {production: v7}\n")
    with pytest.raises(LabelError, match="names v7, which is not there"):
        Registry.load(bundle)


def test_one_reference_is_one_handle_and_one_compilation(here: Path) -> None:
    registry = Registry.load(here)
    assert registry.get("triage@production") is registry.get("triage@production")
    assert registry.get("triage@production").prompt is registry.get("triage@v1").prompt
    assert registry.get("triage@canary", key=1) is registry.get("triage@canary", key=1)


def test_a_swapped_source_is_in_force_at_once(here: Path, bundle: Path) -> None:
    registry = Registry.load(bundle)
    kept = registry.get("triage@production")
    (here / "prompts" / "labels.yaml").write_text("triage: {production: v2}\n")
    registry.swap(Registry.load(here)._now.source)
    assert registry.get("triage@production").ref.version == 2
    assert kept.render(ticket="x").ref.version == 1


def test_a_changed_bundle_is_read_anew(here: Path, bundle: Path) -> None:
    registry = Registry.load(bundle, reload=0.0)
    assert (registry.get("triage@production").ref.version, registry.stale) == (1, None)
    (here / "prompts" / "labels.yaml").write_text("triage: {production: v2}\n")
    good = built(here)
    bundle.write_bytes(good[:-20])
    assert registry.get("triage@production").ref.version == 1
    assert registry.stale is not None
    bundle.write_bytes(good + b"\n")
    assert (registry.get("triage@production").ref.version, registry.stale) == (2, None)


def test_sixteen_threads_share_a_registry(here: Path) -> None:
    registry = Registry.load(here)
    barrier = threading.Barrier(16)

    def run(at: int) -> set[tuple[int | None, str]]:
        barrier.wait()
        found = set()
        for turn in range(50):
            handle = registry.get("triage@canary", key=turn)
            rendered = handle.render(ticket=f"{at} {turn}")
            assert rendered.messages[-1].text.strip() == f"{at} {turn}"
            found.add((rendered.ref.version, rendered.messages[0].text))
        return found

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(run, range(16)))
    assert all(one == found[0] for one in found)
    assert len(found[0]) == 2


def test_callbacks_are_told_the_ref_and_the_names_of_the_inputs(here: Path) -> None:
    registry = Registry.load(here)
    told: list[tuple[Ref, tuple[str, ...]]] = []

    @registry.on_render
    def audit(ref: Ref, inputs: tuple[str, ...]) -> None:
        told.append((ref, inputs))

    handle = registry.get("triage@v1")
    handle.render(ticket="my card number is 4111")
    assert told == [(handle.ref, ("ticket",))]
    assert "4111" not in repr(told)
    with pytest.raises(Exception, match="missing"):
        handle.render()
    assert len(told) == 1


def test_a_failing_callback_is_logged_and_breaks_nothing(
    here: Path, caplog: pytest.LogCaptureFixture
) -> None:
    registry = Registry.load(here)
    told = []

    @registry.on_render
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    registry.on_render(lambda *given: told.append(given))
    with caplog.at_level(logging.ERROR, logger="promptops"):
        assert registry.get("triage@v1").render(ticket="secret").messages
    assert len(told) == 1
    assert "triage: a callback of on_render failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert "secret" not in caplog.text


def test_the_current_span_knows_the_prompt(here: Path) -> None:
    trace = pytest.importorskip("opentelemetry.trace")
    registry = Registry.load(here)

    class Span(trace.NonRecordingSpan):  # type: ignore[misc, name-defined]
        """A span that keeps what it is told; the API's own base class, no SDK."""

        def __init__(self) -> None:
            super().__init__(trace.INVALID_SPAN_CONTEXT)
            self.attributes: dict[str, Any] = {}

        def is_recording(self) -> bool:
            return True

        def set_attributes(self, attributes: dict[str, Any]) -> None:
            self.attributes |= attributes

    span = Span()
    with trace.use_span(span):
        rendered = registry.get("triage@canary", key=1).render(ticket="x")
    assert span.attributes == rendered.otel
    assert span.attributes["gen_ai.prompt.name"] == "triage"
    registry.get("triage@v1").render(ticket="outside")
    assert span.attributes == rendered.otel


def rendered(**more: Any) -> Rendered:
    messages = (Message("system", (Part("Be brief."),)), Message("user", (Part("Hello there"),)))
    return Rendered(messages, Ref("a", 1, "sha256:0", "head"), **more)


def test_tokens_are_counted_with_tools_and_schema() -> None:
    alone = rendered(model="openai:gpt-4o").tokens()
    assert (alone.tokens, alone.by.method) == (5, "exact")
    tool = {"name": "search", "parameters": {"type": "object"}}
    more = rendered(model="openai:gpt-4o", tools=(tool,), schema={"type": "string"})
    assert more.tokens().tokens > alone.tokens


def test_the_cost_is_of_the_input_and_of_the_answer() -> None:
    one = rendered(model="openai:gpt-4o", output_tokens=Amount(Decimal(100)))
    day = date(2026, 1, 1)
    assert one.cost(0, on=day) == Decimal("0.0000125")  # 5 at 2.50 dollars a million
    assert one.cost(on=day) == one.cost(100, on=day) == Decimal("0.0010125")  # 100 at 10
    assert rendered(model="openai:gpt-4o").cost(on=day) == one.cost(0, on=day)


def test_a_cost_needs_a_model_with_a_price() -> None:
    with pytest.raises(NotEstimable, match="names no model"):
        rendered().cost()
    with pytest.raises(UnknownModel):
        rendered(model="openai:none").cost()
    assert rendered().tokens().tokens == 5


def test_a_handle_shows_what_it_is(here: Path) -> None:
    assert repr(Registry.load(here).get("triage@v1")) == "<PromptHandle triage@v1 from frozen>"
