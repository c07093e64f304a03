"""What each vendor's requests mean and how its replies are written; one module a vendor.

A protocol has ``asked(body, path)``, ``found(body, path, scope, cache, now)``, ``reply(asked,
said)``, ``events(asked, said)`` and ``error(fault)``.
"""

from __future__ import annotations

from types import ModuleType

from tests.vendor_server.protocols import (
    anthropic,
    bedrock,
    embeddings,
    gemini,
    openai_chat,
    openai_responses,
)


def protocol_of(path: str) -> ModuleType | None:
    """Return the protocol that a path belongs to."""
    ends = {
        "/v1/messages": anthropic,
        "/chat/completions": openai_chat,
        "/responses": openai_responses,
        "/embeddings": embeddings,
        ":batchEmbedContents": embeddings,
        ":generateContent": gemini,
        ":streamGenerateContent": gemini,
        "/converse": bedrock,
    }
    return next((module for end, module in ends.items() if path.endswith(end)), None)
