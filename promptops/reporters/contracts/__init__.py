"""The shapes of the JSON reports, for those who read them; ``docs/json.md`` is their page.

No command imports this to print a report: pydantic would cost more than most runs. Tests check
that what the commands print is what stands here. The words of a list (roles, statuses ...) are
written out, since they are promised to readers and must not change with an inner type.
"""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import from_json

from promptops.errors import UsageError
from promptops.reporters.contracts.adoption import AdoptReport, ExportReport, ImportReport
from promptops.reporters.contracts.audit import AuditReport
from promptops.reporters.contracts.cache import CacheReport
from promptops.reporters.contracts.cache_agent import CacheAgentReport
from promptops.reporters.contracts.cost import CostDiffReport
from promptops.reporters.contracts.eval import EvalReport
from promptops.reporters.contracts.eval_all import EvalAllReport
from promptops.reporters.contracts.eval_plan import EvalPlanReport
from promptops.reporters.contracts.eval_runs import EvalRunsReport
from promptops.reporters.contracts.inspect import InspectReport
from promptops.reporters.contracts.inspect_error import InspectError
from promptops.reporters.contracts.ledger_import import LedgerImportReport
from promptops.reporters.contracts.ledger_query import LedgerQueryReport
from promptops.reporters.contracts.lint import CheckReport, LintReport
from promptops.reporters.contracts.prices import PriceListReport
from promptops.reporters.contracts.probe import EvalProbeReport
from promptops.reporters.contracts.registry import ListReport, RenderReport, ShowReport
from promptops.reporters.contracts.releases import DiffReport, HistoryReport
from promptops.reporters.contracts.spend import CostReport
from promptops.reporters.contracts.usage import UsageSyncReport

Report = (
    LintReport
    | InspectReport
    | InspectError
    | CostDiffReport
    | CostReport
    | ListReport
    | ShowReport
    | RenderReport
    | CheckReport
    | HistoryReport
    | DiffReport
    | AdoptReport
    | ImportReport
    | ExportReport
    | CacheReport
    | CacheAgentReport
    | UsageSyncReport
    | PriceListReport
    | EvalReport
    | EvalAllReport
    | EvalPlanReport
    | EvalRunsReport
    | EvalProbeReport
    | AuditReport
    | LedgerQueryReport
    | LedgerImportReport
)

# An inspection has two forms: the second is that of a prompt that does not parse.
REPORTS: Final[dict[str, Any]] = {
    "promptops.lint/1": LintReport,
    "promptops.inspect/1": InspectReport | InspectError,
    "promptops.cost-diff/1": CostDiffReport,
    "promptops.cost/1": CostReport,
    "promptops.list/1": ListReport,
    "promptops.show/1": ShowReport,
    "promptops.render/1": RenderReport,
    "promptops.check/1": CheckReport,
    "promptops.history/1": HistoryReport,
    "promptops.diff/1": DiffReport,
    "promptops.adopt/1": AdoptReport,
    "promptops.import/1": ImportReport,
    "promptops.export/1": ExportReport,
    "promptops.cache/1": CacheReport,
    "promptops.cache-agent/1": CacheAgentReport,
    "promptops.usage-sync/1": UsageSyncReport,
    "promptops.price-list/1": PriceListReport,
    "promptops.eval/1": EvalReport,
    "promptops.eval-all/1": EvalAllReport,
    "promptops.eval-plan/1": EvalPlanReport,
    "promptops.eval-runs/1": EvalRunsReport,
    "promptops.eval-probe/1": EvalProbeReport,
    "promptops.audit/1": AuditReport,
    "promptops.ledger-query/1": LedgerQueryReport,
    "promptops.ledger-import/1": LedgerImportReport,
}
LONGEST: Final = 16_000_000  # characters of a report
_LISTED: Final = 1_000  # a hostile report is wrong in more places than are worth a list
_SHOWN: Final = 40  # characters of a key
_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")


def read_report(text: str) -> Report:
    """Return the report that a JSON text holds, wherever the text is from.

    Raises:
        UsageError: It is no report, or not of the shape that its schema promises.
    """
    if len(text) > LONGEST:
        raise UsageError(f"not a report: {len(text):,} characters, more than {LONGEST:,}")
    data = text.encode("utf-8", "surrogatepass")  # what cannot be a text is refused as JSON
    try:
        known = from_json(data, allow_inf_nan=False)
    except ValueError as error:
        raise UsageError(f"not a report: it is no JSON: {error}") from None
    name = known.get("schema") if isinstance(known, dict) else None
    if not isinstance(name, str) or name not in REPORTS:
        names = ", ".join(one.removeprefix("promptops.").removesuffix("/1") for one in REPORTS)
        raise UsageError(f"not a report: its schema is no promptops.NAME/1, NAME one of {names}")
    model = REPORTS[name]
    if name == "promptops.inspect/1":
        model = InspectError if "error" in known else InspectReport
    try:
        report: Report = model.model_validate_json(data)
    except ValidationError as error:
        raise UsageError(f"not a {name} report: {_told(error)}") from None
    return report


def _told(error: ValidationError) -> str:
    """Return the first thing that is wrong, and how many more there are."""
    if error.error_count() > _LISTED:
        return f"it is wrong in {error.error_count():,} places"
    first, *more = error.errors(include_url=False, include_context=False, include_input=False)
    place = "".join(map(_step, first["loc"])).removeprefix(".")
    return f"{place}: {first['msg']}" + (f" (and {len(more)} more)" if more else "")


def _step(part: int | str) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    if _KEY.match(part) and len(part) <= _SHOWN:
        return f".{part}"
    return f"[{part[:_SHOWN]!a}]"
