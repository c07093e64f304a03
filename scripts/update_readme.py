"""Run the commands whose output the README shows, and put what they print there.

python scripts/update_readme.py          # writes README.md
python scripts/update_readme.py --check  # exit 1 where it would change
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SHOWN = re.compile(r"(<!-- output: promptops (.*?) -->\n```text\n)(.*?)(```)", re.DOTALL)


def refreshed(text: str) -> str:
    """Return a README with the current output of the commands that it shows."""

    def run(match: re.Match[str]) -> str:
        command = [sys.executable, "-m", "promptops", *match[2].split()]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        return f"{match[1]}$ promptops {match[2]}\n{done.stdout}{match[4]}"

    return SHOWN.sub(run, text)


def main() -> int:
    """Refresh the README, or check that it is fresh."""
    path = ROOT / "README.md"
    before = path.read_text("utf-8")
    after = refreshed(before)
    if "--check" in sys.argv:
        return 0 if after == before else 1
    path.write_text(after, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
