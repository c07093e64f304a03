"""Run the command line in this process: where nothing is killed, that is what a process does."""

from __future__ import annotations

import os
from contextlib import chdir
from pathlib import Path
from unittest.mock import patch

from click.testing import CliRunner

from promptops.cli import group, one_line
from promptops.errors import PromptopsError
from tests.cli.commands import Done


def inside(*words: str | Path, cwd: Path, **environment: str) -> Done:
    """Run a command in a folder; an error of the user's is told as ``main`` tells it."""
    with chdir(cwd), patch.dict(os.environ, {"NO_COLOR": "1", **environment}):
        found = CliRunner().invoke(group, [str(one) for one in words], prog_name="promptops")
    error = found.exception
    if isinstance(error, PromptopsError):
        told = f"promptops: {one_line(str(error))}\n"
        return Done(error.exit_code, found.stdout, found.stderr + told)
    if error is not None and not isinstance(error, SystemExit):
        raise error
    return Done(found.exit_code, found.stdout, found.stderr)
