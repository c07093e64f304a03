"""Prompt files without what they include: enough to prove that a locked text is unchanged.

Following includes takes Jinja's parser, which costs more than all else that ``check`` does. The
lock names what a version includes; where the hash over that is the locked one, nothing differs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from promptops.registry.closure import SHORT, closure_hash, digest, normalised
from promptops.registry.versions import part_path
from promptops.templates import frontmatter, metadata
from promptops.templates.loader import decode
from promptops.templates.prompt import FrontMatter, Prompt
from promptops.templates.template import Template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.config import Config
    from promptops.registry.lockfile import Locked
    from promptops.templates.files import Files

# What these include can change although no file that the lock names does.
_OPTIONAL: Final = re.compile(rb"""ignore\s+missing|\{%[-+]?\s*include\s*[^\s"']""")


class Skimmer:
    """Reads and skims files; each text once."""

    def __init__(self, files: Files, config: Config) -> None:
        self.files = files
        self.config = config
        self._read: dict[str, bytes | None] = {}
        self._prompts: dict[bytes, Prompt | None] = {}
        self._hashes: dict[tuple[Prompt, tuple[tuple[str, bytes], ...]], str] = {}

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, or None where there is no such file."""
        if path not in self._read:
            self._read[path] = self.files.read(path)
        return self._read[path]

    def prompt(self, data: bytes, path: str, name: str) -> Prompt | None:
        """Return a file's prompt without its parts; None where only a full load can tell."""
        if data not in self._prompts:
            self._prompts[data] = _skim(data, path, name, self.config)
        return self._prompts[data]

    def closure(self, prompt: Prompt | None, parts: Mapping[str, bytes] | None) -> str | None:
        """Return a skimmed prompt's hash with some files; None where it cannot be told."""
        if prompt is None or parts is None:
            return None
        key = (prompt, tuple(sorted(parts.items())))
        if key not in self._hashes:
            self._hashes[key] = closure_hash(prompt, dict(key[1]))
        return self._hashes[key]

    def below(self, name: str) -> str:
        """Return a path in the prompts folder below the project's root."""
        return f"{self.config.folder}/{name}" if self.config.folder else name

    def frozen_parts(self, locked: Locked) -> dict[str, bytes]:
        """Return the files that a version includes, as far as they can be had as they were."""
        found = {}
        for name, short in locked.depends.items():
            for path in (part_path(self.config, name, short), self.below(name)):
                data = self.read(path)
                if data is not None and digest(normalised(data))[:SHORT] == short:
                    found[name] = data
                    break
        return found

    def live_parts(self, head: Prompt, locked: Locked) -> dict[str, bytes] | None:
        """Return the included files as they stand; None where there may be others."""
        beside = head.path.rpartition("/")[0]
        found = {}
        for name in locked.depends:
            data = self.read(self.below(name))
            if data is None:
                data = self.read(f"{beside}/{name}" if beside else name)
            if data is None or _OPTIONAL.search(data):
                return None
            found[name] = data
        return None if _OPTIONAL.search(head.source.text.encode()) else found


def _skim(data: bytes, path: str, name: str, config: Config) -> Prompt | None:
    source, unreadable = decode(data, path)
    split = frontmatter.split(source.text)
    if unreadable is not None or split.matter is None:
        return None
    parsed = frontmatter.parse(source.text[split.matter.start : split.matter.end])
    wrong = list(parsed.problems)
    declared = metadata.check(parsed.data, wrong)
    if wrong:
        return None
    offsets = {key: split.matter.start + at for key, at in parsed.offsets.items()}
    template = Template(source, split.body, config.templates)
    return Prompt(name, template, FrontMatter(declared, True, offsets, ()), {})
