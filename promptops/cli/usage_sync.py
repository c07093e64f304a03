"""``promptops usage sync``."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import click

from promptops.cli.common import emit, emit_json, plain, project, wants_colour
from promptops.errors import UsageError

if TYPE_CHECKING:
    from promptops.config import Project
    from promptops.usage.measure import Measured
    from promptops.usage.recording import Recording
    from promptops.usage.sync import Plan
    from promptops.usage_file.reading import UsageFile

_WITHIN = 10  # percent


@click.command("sync")
@click.option("--from", "traces", multiple=True, metavar="FILE",
              type=click.Path(path_type=Path),
              help="A ledger or a trace; may be given several times."
              "  [default: .promptops/ledger.db]")  # fmt: skip
@click.option("--sampled", metavar="SHARE", default="1", show_default=True,
              help="The share of all calls that was recorded, such as 0.1.")  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Change entries that people wrote, too.")
@click.option("--dry-run", is_flag=True, help="Say what would change and write nothing.")
@click.option("--check", is_flag=True,
              help="Write nothing; exit 1 if a figure is off by more than --within.")  # fmt: skip
@click.option("--within", type=click.IntRange(min=0), default=_WITHIN, show_default=True,
              metavar="PERCENT", help="How far figures may be off for --check.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              show_default=True, help="How to print it.")  # fmt: skip
def command(  # noqa: PLR0913 - one for each option
    *,
    traces: tuple[Path, ...],
    sampled: str,
    overwrite: bool,
    dry_run: bool,
    check: bool,
    within: int,
    form: str,
) -> None:
    """Measure recorded calls and write what they tell into the usage file.

    \b
    usage sync
    usage sync --from calls.jsonl --dry-run
    usage sync --from monday.jsonl.gz --from tuesday.jsonl.gz
    usage sync --from spans.json --sampled 0.1

    Read are the calls of a ledger (docs/calls.md) and traces: our own lines, OpenTelemetry,
    Langfuse, LiteLLM and vendors' answers (docs/traces.md). Comments, order and keys that are not
    measured stay as they are, and so does an entry that a person wrote: its `from:` is not ours.

    Exit codes: 0 fine, 1 --check found the file out of date, 2 the call, a trace or the file is
    wrong.
    """  # noqa: D301 - \b is click's
    from promptops.templates.files import Folder
    from promptops.usage.recording import recording
    from promptops.usage.sync import plan

    here = project()
    where = here.config.cost.usage
    data = Folder(here.root).read(where)
    file = _parsed(data, where)
    calls = recording(traces or (ledger(here),))
    found = _measured(here, calls, _share(sampled))
    planned = plan(file, found, calls.origin, overwrite=overwrite)
    wrote = not (dry_run or check) and _write(here, data, planned)
    if form == "json":
        from promptops.reporters import usage_json

        emit_json(usage_json.report(where, planned, found, calls, wrote=wrote))
    else:
        from promptops.reporters import usage_text

        style = click.style if wants_colour() else plain
        emit(usage_text.report(where, planned, found, calls, wrote=wrote, style=style))
    raise SystemExit(1 if check and planned.off_by(Decimal(within) / 100) else 0)


def ledger(here: Project) -> Path:
    """Return the file of the project's ledger.

    Raises:
        UsageError: There is none.
    """
    from promptops.ledger.place import DEFAULT

    path = here.root / DEFAULT
    if not path.is_file():
        raise UsageError(f"{path}: no ledger is there: name a trace with --from")
    return path


def usage_file(here: Project) -> UsageFile:
    """Return the project's usage file, an empty one where there is none.

    Raises:
        ConfigError: It is wrong.
    """
    from promptops.templates.files import Folder
    from promptops.usage_file.reading import UsageFile

    return UsageFile.read(Folder(here.root), here.config.cost.usage)


def _parsed(data: bytes | None, where: str) -> UsageFile:
    from promptops.templates.files import Memory
    from promptops.usage_file.reading import UsageFile

    return UsageFile.read(Memory({} if data is None else {where: data}), where)


def _share(text: str) -> Decimal:
    try:
        share = Decimal(text)
    except InvalidOperation:
        share = Decimal(0)
    if not 0 < share <= 1:
        raise UsageError(f"--sampled {text!r}: write the share that was recorded, such as 0.1")
    return share


def _measured(here: Project, calls: Recording, share: Decimal) -> Measured:
    from promptops.pricing.book import bundled
    from promptops.registry.versions import Versions
    from promptops.templates.files import Folder
    from promptops.usage.measure import measure
    from promptops.usage.naming import models_by, prompts_by, texts_by

    versions = Versions(Folder(here.root), here.config)
    named = prompts_by(versions), models_by(bundled())
    found = measure(calls, *named, share, texts_by(versions))
    if not found.window.calls:
        reasons = ", ".join(f"{why} ({count})" for why, count in sorted(calls.left_out.items()))
        raise UsageError(f"none of the traces holds a call: {reasons}")
    return found


def _write(here: Project, data: bytes | None, planned: Plan) -> bool:
    """Write the file unless nothing changes; return whether it was written.

    Raises:
        UsageError: It was changed by someone else while the calls were measured.
    """
    from promptops.templates.files import Folder, write_file
    from promptops.usage.writing import written

    where = here.config.cost.usage
    after = written(data or b"", where, planned)
    if after == (data or b""):
        return False
    if Folder(here.root).read(where) != data:
        raise UsageError(f"{where} was changed while the calls were measured: run it again")
    write_file(here.root / where, after)
    return True
