"""One text of a prompt, ready to be rendered."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import RenderError
from promptops.registry.rendered import Rendered
from promptops.templates.simple_nodes import For, walked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from promptops.model.prompt import Input, Message
    from promptops.registry.hooks import Hooks
    from promptops.registry.rendered import Ref
    from promptops.templates.prompt import Prompt

FEW: Final = 50  # renders, for which making Python of a prompt takes longer than it saves


class PromptHandle:
    """One text of a prompt, ready to be rendered; it may be shared between threads."""

    def __init__(
        self, prompt: Prompt, ref: Ref, read: Callable[[str], bytes | None], hooks: Hooks
    ) -> None:
        """Hold a prompt; ``read`` returns the tools' and the schema's files."""
        self.prompt = prompt
        self.ref = ref
        self._read = read
        self._hooks = hooks
        self._few = FEW

    def __repr__(self) -> str:
        version = "" if self.ref.version is None else f"@v{self.ref.version}"
        return f"<PromptHandle {self.ref.name}{version} from {self.ref.source}>"

    @property
    def inputs(self) -> Mapping[str, Input]:
        """The declared inputs by name."""
        return self.prompt.metadata.inputs or {}

    def file(self, path: str) -> bytes | None:
        """Return a tool's or a schema's file by its path in the prompts folder."""
        return self._read(path)

    def render(self, /, **inputs: Any) -> Rendered:
        """Return the messages for some inputs.

        Raises:
            InputError: Inputs are missing, unknown or of the wrong type; all are listed.
            RenderLimit: The output or a repetition is larger than allowed.
            RenderError: The template fails on these inputs.
        """
        declared = self.prompt.metadata
        rendered = Rendered(
            self._messages(inputs),
            self.ref,
            declared.model,
            declared.params,
            self.tools,
            self.schema,
            declared.cache,
            declared.cost.output_tokens,
        )
        self._hooks.rendered(rendered, inputs)
        return rendered

    def _messages(self, inputs: dict[str, Any]) -> tuple[Message, ...]:
        if not self._light:
            if self._few <= 0:
                return self.prompt.renderer.render(inputs)
            self._few -= 1
        return self.prompt.render(inputs)

    @cached_property
    def _light(self) -> bool:
        """Whether Python of it would render it no faster: it is simple and loops over nothing."""
        if self.prompt.simple is None:
            return False
        body, parts = self.prompt.simple
        nodes = (node for one in (body, *parts.values()) for node in walked(one))
        return not any(isinstance(node, For) for node in nodes)

    @cached_property
    def tools(self) -> tuple[Mapping[str, Any], ...]:
        """The tool definitions that the prompt declares; raises ``RenderError`` without a file."""
        return tuple(self._json(name) for name in self.prompt.metadata.tools)

    @cached_property
    def schema(self) -> Mapping[str, Any] | None:
        """The schema of its answer, if it declares one; raises ``RenderError`` without a file."""
        output = self.prompt.metadata.output
        return None if output is None or output.schema is None else self._json(output.schema)

    def _json(self, path: str) -> Mapping[str, Any]:
        data = self._read(path)
        if data is None:
            raise RenderError(f"{self.ref.name}: there is no file {path}")
        try:
            found = json.loads(data.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise RenderError(f"{path}: not valid JSON: {error}") from error
        if not isinstance(found, dict):
            raise RenderError(f"{path}: expected a JSON object")
        return found
