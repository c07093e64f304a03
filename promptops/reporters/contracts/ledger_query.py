"""``promptops.ledger-query/1``."""

from typing import Any, Final, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from promptops.reporters.contracts.common import Change, Count, Day, Many, Part

QuestionName = Literal[
    "features", "segments", "versions", "models", "tenants", "outcomes", "outcomes-by-version",
    "tokens", "retries", "finishes", "cache", "parts", "lengths", "days", "changes", "anomalies",
    "coverage",
]  # fmt: skip
Kind = Literal["text", "count", "tokens", "usd", "share", "seconds", "day", "number"]
Value = str | int | float | None

_SHAPES: Final[dict[str, Any]] = {
    "text": str, "count": Count, "tokens": Count, "usd": Change, "share": float, "seconds": float,
    "day": Day, "number": float,
}  # fmt: skip
_READERS: Final[dict[str, TypeAdapter[Any]]] = {
    kind: TypeAdapter(shape) for kind, shape in _SHAPES.items()
}


class QueryColumn(Part):
    """A column of the answer."""

    name: str = Field(description="Its key in each row.")
    kind: Kind = Field(
        description="What its values are: text; a number of things or tokens; dollars as decimal "
        "text; a share or another number; seconds; a day as text."
    )


class LedgerQueryReport(Part):
    """What ``promptops ledger query QUESTION --format json`` prints."""

    schema_: Literal["promptops.ledger-query/1"] = Field(
        alias="schema", description="What this document is."
    )
    question: QuestionName = Field(description="The question that was asked.")
    columns: Many[QueryColumn] = Field(description="The columns, in their order.")
    rows: Many[dict[str, Value]] = Field(
        description="The rows, each with a value for every column; null where it is not known."
    )
    notes: Many[str] = Field(description="What the rows leave out, a sentence each.")

    @model_validator(mode="after")
    def _rows_are_of_the_columns(self) -> Self:
        readers = {one.name: _READERS[one.kind] for one in self.columns}
        for row in self.rows:
            if row.keys() != readers.keys():
                raise ValueError("a row has other keys than the columns")
            for name, value in row.items():
                if value is not None:
                    readers[name].validate_python(value, strict=True)
        return self
