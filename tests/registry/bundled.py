"""Small projects with locked versions, and their bundles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from promptops.config import find_project
from promptops.registry.bundle import Bundle
from promptops.registry.bundle_build import build
from promptops.registry.release import bump, lock
from promptops.registry.versions import Versions
from promptops.templates.files import Folder

DATA = Path(__file__).parent / "data"
PROMPT = """---
version: {number}
model: anthropic:claude-sonnet-5-5
params: {{max_tokens: 16}}
inputs:
  ticket: {{type: string, max_length: 8000, untrusted: true}}
  facts: {{type: object, default: {{zebra: 1, ant: 2}}}}
tools: [tools/search.json]
output: {{schema: schemas/team.json}}
x: {{ours: [1, 2]}}
---
{{% system %}}
{{% include "shared/tone.j2" %}}
Rule {number}: route {{% for name in facts %}}{{{{ name }}}} {{% endfor %}}
{{% cache ttl="1h" %}}
{{% endsystem %}}
{{% user %}}
{{{{ ticket }}}}
{{% enduser %}}
"""
FILES = {
    "shared/tone.j2": "Be brief — always.\n",
    "tools/search.json": '{"name": "search", "parameters": {"type": "object"}}\n',
    "schemas/team.json": '{"type": "string"}\n',
}


def project(root: Path, *names: str, labels: str = "", versions: int = 2) -> Path:
    """Write a project whose prompts have some locked versions."""
    prompts = root / "prompts"
    for name, text in FILES.items():
        _write(prompts / name, text)
    if labels:
        _write(prompts / "labels.yaml", labels)
    for number in range(1, versions + 1):
        for name in names:
            _write(prompts / f"{name}.prompt.j2", PROMPT.format(number=number))
        lock(root, find_project(root).config, names, lambda _: {})
    return root


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def release(root: Path, name: str, old: str, new: str) -> None:
    """Change a prompt's text under a number of its own and lock it."""
    config = find_project(root).config
    bump(root, config, name)
    path = root / "prompts" / f"{name}.prompt.j2"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    lock(root, config, [name], lambda _: {})


def versions(root: Path) -> Versions:
    return Versions(Folder(root), find_project(root).config)


def built(root: Path, last: int | None = 3, commit: str | None = None) -> bytes:
    """Return the bytes of a project's bundle."""
    source = versions(root)
    return build(source, source.locked, source.config.templates, last, commit)


def changed(data: bytes, **keys: Any) -> bytes:
    """Return a bundle's JSON with other values, formatted by another hand."""
    return json.dumps({**json.loads(data), **keys}, indent=2).encode()


def texts(bundle: Bundle, name: str, number: int, **values: Any) -> list[tuple[str, str]]:
    """Return what a version renders to, message by message."""
    return [(m.role, m.text) for m in bundle.prompt(name, number).render(values)]
