"""Where each vendor writes how many tokens a call read, wrote and produced.

From the vendors' references and the types of anthropic 2.12, openai 3.54, boto3 1.44 and
google-genai 3.4, read on 2026-11-22. A name is a path; ``a|b`` are two spellings of one field.
"""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING, Final

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields of one usage object.

    ``includes`` says that the input includes what was read and written; ``more_input`` is input
    that it never includes. ``read`` lists the fields that one count may stand in. ``write`` is the
    sum of ``by_ttl``; what no lifetime is told of is written for ``default``. ``write_list`` are
    objects with ``ttl`` and ``inputTokens`` instead. ``miss`` is the vendor's own count of plain
    tokens. ``rounding`` is by how many tokens a count of reads may be too high.
    """

    input: str
    includes: bool
    read: tuple[str, ...]
    output: tuple[str, ...]
    write: tuple[str, ...] = ()
    by_ttl: Mapping[str, str] = field(default_factory=dict)
    write_list: str = ""
    default: str = "5m"
    more_input: str = ""
    miss: str = ""
    total: str = ""
    reasoning: str = ""
    rounding: int = 0

    @property
    def names(self) -> set[str]:
        """The names at the top level that are read."""
        paths = (self.input, *self.read, *self.write, *self.by_ttl.values(), self.write_list)
        told = (*paths, self.miss, self.more_input)
        return {name.partition(".")[0] for path in told for name in path.split("|")}


ANTHROPIC: Final = Shape(
    "input_tokens",
    False,
    ("cache_read_input_tokens",),
    ("output_tokens",),
    ("cache_creation_input_tokens",),
    {
        "5m": "cache_creation.ephemeral_5m_input_tokens",
        "1h": "cache_creation.ephemeral_1h_input_tokens",
    },
)
BEDROCK: Final = Shape(
    "inputTokens",
    False,
    ("cacheReadInputTokens",),
    ("outputTokens",),
    ("cacheWriteInputTokens",),
    write_list="cacheDetails",
)
RESPONSES: Final = Shape(
    "input_tokens",
    True,
    ("input_tokens_details.cached_tokens",),
    ("output_tokens",),
    ("input_tokens_details.cache_write_tokens",),
    {
        "30m": "input_tokens_details.cache_write_tokens_details.ttl_30m_tokens",
        "12h": "input_tokens_details.cache_write_tokens_details.ttl_12h_tokens",
    },
    default="30m",
    total="total_tokens",
    reasoning="output_tokens_details.reasoning_tokens",
    rounding=127,
)
CHAT: Final = Shape(
    "prompt_tokens",
    True,
    ("prompt_tokens_details.cached_tokens", "cached_tokens"),  # the second: Together, Moonshot
    ("completion_tokens",),
    ("prompt_tokens_details.cache_write_tokens",),
    default="30m",
    total="total_tokens",
    reasoning="completion_tokens_details.reasoning_tokens",
    rounding=127,
)
DEEPSEEK: Final = Shape(
    "prompt_tokens",
    True,
    ("prompt_cache_hit_tokens", "prompt_tokens_details.cached_tokens"),
    ("completion_tokens",),
    miss="prompt_cache_miss_tokens",
)
GEMINI: Final = Shape(
    "promptTokenCount|prompt_token_count",
    True,
    ("cachedContentTokenCount|cached_content_token_count",),
    (
        "candidatesTokenCount|candidates_token_count",
        "thoughtsTokenCount|thoughts_token_count",
    ),
    more_input="toolUsePromptTokenCount|tool_use_prompt_token_count",
    reasoning="thoughtsTokenCount|thoughts_token_count",
)

_EXACT: Final = (replace(RESPONSES, rounding=0), replace(CHAT, rounding=0))

SHAPES: Final[Mapping[str, tuple[Shape, ...]]] = {
    "anthropic": (ANTHROPIC,),
    "bedrock": (BEDROCK, ANTHROPIC),  # Converse, and Claude's own answers
    "openai": (RESPONSES, CHAT),
    "google": (GEMINI, ANTHROPIC),
    "deepseek": (DEEPSEEK,),
    "xai": _EXACT,
    "groq": _EXACT,
    "mistral": _EXACT,
}
