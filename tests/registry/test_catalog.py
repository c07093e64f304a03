import pytest

from promptops.config import Config
from promptops.errors import PromptNotFound
from promptops.registry.catalog import Catalog
from promptops.templates.files import Memory


def catalog(*paths: str, config: Config | None = None, everywhere: bool = False) -> Catalog:
    return Catalog(Memory(dict.fromkeys(paths, b"x")), config or Config(), everywhere=everywhere)


def test_heads_are_the_files_with_our_suffix_in_our_folder() -> None:
    found = catalog(
        *("prompts/b.prompt.j2", "prompts/a/c.prompt.j2", "prompts/shared/tone.j2"),
        *("prompts/notes.md", "src/d.prompt.j2", "prompts.prompt.j2"),
    )
    assert found.paths == {"a/c": "prompts/a/c.prompt.j2", "b": "prompts/b.prompt.j2"}
    assert not found.fallback


def test_settings_name_another_folder_and_other_suffixes() -> None:
    config = Config(folder="app/texts", suffixes=(".prompt.j2", ".tmpl"))
    found = catalog(
        "app/texts/a.tmpl", "app/texts/b.prompt.j2", "prompts/c.prompt.j2", config=config
    )
    assert found.names == ["a", "b"]
    whole = catalog("a.prompt.j2", "b/c.prompt.j2", config=Config(folder=""))
    assert whole.names == ["a", "b/c"]


def test_of_two_files_of_one_name_the_first_is_the_prompt() -> None:
    config = Config(suffixes=(".prompt.j2", ".tmpl"))
    found = catalog("prompts/a.prompt.j2", "prompts/a.tmpl", config=config)
    assert found.paths == {"a": "prompts/a.prompt.j2"}


def test_where_we_have_no_heads_every_template_is_a_prompt() -> None:
    found = catalog("src/a.j2", "src/b.jinja2", "src/a.hbs", "docs/c.md", "d.prompty", "e.fmt.txt")
    assert found.fallback
    assert found.paths == {
        "d": "d.prompty",
        "e": "e.fmt.txt",
        "src/a": "src/a.hbs",
        "src/a.j2": "src/a.j2",
        "src/b": "src/b.jinja2",
    }


def test_all_templates_can_be_asked_for() -> None:
    found = catalog("prompts/a.prompt.j2", "src/b.j2", everywhere=True)
    assert found.names == ["prompts/a.prompt", "src/b"]


def test_a_name_that_is_not_there_brings_the_nearest() -> None:
    found = catalog("prompts/support/triage.prompt.j2")
    with pytest.raises(PromptNotFound, match="did you mean 'support/triage'"):
        found.head("support/triag")
    with pytest.raises(PromptNotFound, match="there is no prompt 'zzz' among 1 prompts"):
        found.head("zzz")


def test_a_head_is_read_once() -> None:
    found = catalog("prompts/a.prompt.j2")
    assert found.head("a") is found.head("a")
