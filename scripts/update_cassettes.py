"""Give the recorded answers of the example evals the keys of what they answer.

python scripts/update_cassettes.py          # writes the keys, and counts tokens where none are
python scripts/update_cassettes.py --check  # exit 1 where a file would change

A line names its version, model, case and answer; it is found again by the hash of what was asked.
The answers are written by hand, so their tokens are counted here and were billed to nobody.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from promptops import Registry
from promptops.evals.cases import CaseSet
from promptops.evals.plan_file import is_eval, read_plan
from promptops.evals.requests import request
from promptops.templates.files import Folder
from promptops.tokens.counter import default_counter

ROOT = Path(__file__).parent.parent
ENCODING = "o200k_base"


def cassettes(root: Path) -> dict[Path, str]:
    """Return the text of each cassette of the evals below a root."""
    files, registry = Folder(root), Registry.load(root)
    found = {}
    for path in files.paths("evals"):
        plan = read_plan(files, path) if is_eval(path, files) else None
        if plan is None or plan.run.cassette is None:
            continue
        handles = {one: registry.get(f"{plan.prompt}@{one}") for one in plan.versions}
        inputs = {one: handle.prompt.metadata.inputs for one, handle in handles.items()}
        cases = CaseSet(root, plan, inputs)
        by_id = {case.id: case for case in cases.cases(cases.survey())}
        file = root / plan.folder / plan.run.cassette
        lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        written = [_line(one, handles[one["version"]], by_id[one["case_id"]]) for one in lines]
        found[file] = "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in written)
    return found


def _line(one: dict[str, Any], handle: Any, case: Any) -> dict[str, Any]:
    sent = request(handle, one["model"], case, one.get("repeat", 0))
    beside = [json.dumps(part) for part in (*handle.tools, handle.schema) if part]
    usage = one.get("usage") or {
        "input_tokens": _tokens([*(text for _, text in sent.messages), *beside]),
        "output_tokens": _tokens([json.dumps(one["answer"], ensure_ascii=False)]),
    }
    return {**one, "usage": usage, "answer_key": sent.answer_key}


def _tokens(texts: list[str]) -> int:
    return sum(default_counter().encoded(texts, ENCODING))


def main() -> int:
    """Write the cassettes, or check that they are fresh."""
    wanted = cassettes(ROOT)
    stale = sorted(path for path, text in wanted.items() if path.read_text("utf-8") != text)
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is stale: run python scripts/update_cassettes.py")
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path], "utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
