"""``promptops.ledger-import/1``."""

from typing import Literal

from pydantic import Field

from promptops.reporters.contracts.common import Count, Many, Part

FileKind = Literal[
    "opentelemetry", "litellm", "langfuse", "promptops", "responses", "csv", "anthropic-usage",
    "openai-usage", "outcomes",
]  # fmt: skip


class LeftOut(Part):
    """Rows that were left out for one reason."""

    why: str = Field(description="The reason.")
    rows: Count = Field(description="How many rows.")
    first_line: Count = Field(description="The line of the file that the first of them is in.")
    first: str = Field(description="What was wrong with it.")


class ImportedFile(Part):
    """What came of a file."""

    file: str = Field(description="The file, as it was named.")
    kind: FileKind = Field(description="What kind of file it is.")
    what: Literal["call", "outcome", "bucket"] = Field(
        description="What a row of it is; a bucket is a sum that a vendor billed."
    )
    new: Count = Field(description="How many of them the ledger did not have.")
    changed: Count = Field(description="How many buckets had other figures, which were replaced.")
    known: Count = Field(description="How many were there already.")
    left_out: Many[LeftOut] = Field(description="Rows that are not in the ledger, by reason.")
    more_pages: bool = Field(
        description="Whether a vendor's report has a further page, which is not in the file."
    )
    error: str | None = Field(
        description="Why the file could be read no further; what was read before it is kept."
    )


class LedgerImportReport(Part):
    """What ``promptops ledger import --format json`` prints."""

    schema_: Literal["promptops.ledger-import/1"] = Field(
        alias="schema", description="What this document is."
    )
    files: Many[ImportedFile] = Field(
        description="The files, up to one that could not be read to its end."
    )
