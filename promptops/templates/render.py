"""A prompt's text and the values of its inputs -> messages."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import jinja2
from jinja2.exceptions import SecurityError, TemplateError, UndefinedError

from promptops.config import TemplateSettings
from promptops.errors import RenderError, RenderLimit
from promptops.model.prompt import ROLES
from promptops.templates import allowance
from promptops.templates.body import sent
from promptops.templates.collecting import collect
from promptops.templates.environment import PromptEnvironment
from promptops.templates.inputs import Inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, MutableMapping
    from types import CodeType

    from promptops.config import WhiteSpace
    from promptops.model.prompt import Input, Message

_OWN_TAGS: Final = re.compile(rf"\{{%[-+]?\s*(?:{'|'.join(ROLES)}|message|cache)\b")
# What Jinja's lexer, parser and optimizer, and Python's compiler, raise on code that they cannot
# take.
BROKEN: Final = (
    jinja2.TemplateSyntaxError,
    jinja2.TemplateRuntimeError,
    SyntaxError,
    ValueError,
    RecursionError,
    MemoryError,
)


def broken(error: Exception) -> tuple[int, str]:
    """Return the body's line and the reason for which a template does not compile."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return error.lineno, str(error.message)
    if isinstance(error, jinja2.TemplateRuntimeError):
        return 1, f"asks for what a value does not have: {error.message}"
    if isinstance(error, ValueError):
        return 1, "holds a number that is too long to be read"
    return 1, "nested too deeply"


class PartLoader(jinja2.BaseLoader):
    """Loads partials; one that many prompts include is compiled once."""

    def __init__(self, texts: Mapping[str, str], settings: TemplateSettings) -> None:
        self.texts = dict(texts)
        self.settings = settings

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Return a partial's text."""
        if template not in self.texts:
            raise jinja2.TemplateNotFound(template)
        return self.texts[template], None, lambda: True

    def load(
        self,
        environment: jinja2.Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's name
    ) -> jinja2.Template:
        """Return a partial, compiled."""
        text = self.texts.get(name, "")
        # What the tags of messages and marks stand for is known to one environment alone.
        if not text or _OWN_TAGS.search(text) or type(environment) is not PromptEnvironment:
            return super().load(environment, name, globals)
        own = self.settings
        options = (own.white_space, own.filters, own.tests, own.tags, own.globals)
        code = _part_code(name, text, options)
        return environment.template_class.from_code(environment, code, globals or {})


@lru_cache(maxsize=256)
def _part_code(name: str, text: str, options: tuple[WhiteSpace, Any, Any, Any, Any]) -> CodeType:
    space, filters, tests, tags, known = options
    settings = TemplateSettings(
        space.trim_blocks, space.lstrip_blocks, space.keep_trailing_newline, {},
        filters, tests, tags, known,
    )  # fmt: skip
    return PromptEnvironment(settings).compile(text, name, None)


class Renderer:
    """One version of a prompt, compiled; it may be shared between threads."""

    def __init__(  # noqa: PLR0913 - what a prompt is compiled from
        self,
        name: str,
        text: str,
        parts: Mapping[str, str],
        inputs: Mapping[str, Input] | None,
        settings: TemplateSettings,
        first_line: int = 1,
        *,
        made: tuple[PromptEnvironment, str] | None = None,
    ) -> None:
        """Compile a prompt's body, with the texts of what it includes.

        ``first_line`` is the body's place in its file, so that errors name the file's lines.
        ``made`` is the Python that an environment has made of the body, if one has.

        Raises:
            RenderError: The template does not compile.
        """
        self.name = name
        self.inputs = Inputs(name, inputs)
        self._above = first_line - 1
        loader = PartLoader(parts, settings)
        try:
            if made is not None:
                environment, source = made
                environment.loader = loader
                code = environment._compile(source, "<template>")  # noqa: SLF001 - half is done
            else:
                environment = self._environment(settings, loader)
                code = environment.compile(sent(text, settings), name, None)
        except BROKEN as error:
            line, why = broken(error)
            raise RenderError(f"{name}, line {line + self._above}: {why}") from error
        self._template = jinja2.Template.from_code(environment, code, environment.globals)

    def _environment(
        self, settings: TemplateSettings, loader: jinja2.BaseLoader
    ) -> PromptEnvironment:
        return PromptEnvironment(settings, loader)

    def _collect(self, chunks: Iterable[str]) -> tuple[Message, ...]:
        return collect(self.name, chunks)

    def render(self, values: dict[str, Any]) -> tuple[Message, ...]:
        """Return the messages for some values.

        Raises:
            InputError: Values are missing, unknown or of the wrong type; all are listed.
            RenderLimit: The output or a repetition is larger than allowed.
            RenderError: The template fails on these values.
        """
        context = self._template.new_context(self.inputs.accept(values))
        token = allowance.current.set(allowance.Allowance())
        try:
            return self._collect(self._template.root_render_func(context))
        except RenderError:
            raise
        except Exception as error:
            raise self._explain(error) from error
        finally:
            allowance.current.reset(token)

    def _explain(self, error: Exception) -> RenderError:
        where = self._line(error)
        if isinstance(error, allowance.OverLimit):
            return RenderLimit(f"{self.name}{where}: {error}")
        if isinstance(error, RecursionError):
            return RenderLimit(f"{self.name}{where}: includes or macros call one another endlessly")
        if isinstance(error, MemoryError | OverflowError):
            return RenderLimit(f"{self.name}{where}: the output is too large")
        if isinstance(error, jinja2.TemplateNotFound):
            return RenderError(f"{self.name}{where}: there is no file {error.name!r} to include")
        if isinstance(error, UndefinedError | SecurityError | TemplateError):
            return RenderError(f"{self.name}{where}: {error.message}")
        # The message of another error may hold a value; only its kind is said.
        return RenderError(f"{self.name}{where}: the template fails with {type(error).__name__}")

    def _line(self, error: Exception) -> str:
        found = ""
        trace = error.__traceback__
        while trace is not None:
            template = trace.tb_frame.f_globals.get("__jinja_template__")
            if (
                template is None
                and trace.tb_frame.f_code is self._template.root_render_func.__code__
            ):
                template = self._template
            if template is not None:
                line = template.get_corresponding_lineno(trace.tb_lineno)
                own = template is self._template
                found = (
                    f", line {line + self._above}" if own else f", line {line} of {template.name}"
                )
            trace = trace.tb_next
        return found
