"""What a page on an eval says of how far its judges can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.evals.words import percent
from promptops.reporters.cost_html_pieces import facts
from promptops.reporters.page.markup import Html, el, join

if TYPE_CHECKING:
    from promptops.evals.report import Report
    from promptops.evals.report_facts import Judge
    from promptops.evals.report_variants import Figure
    from promptops.reporters.page.markup import Child


def judges(found: Report) -> Html | None:
    """Return the section on how far judges can be trusted."""
    if not found.judges:
        return None
    parts: list[Html] = []
    for one in found.judges:
        mark = None if one.calibrated else el("span", "uncalibrated", class_="status warned")
        parts += [el("h3", join([one.name, mark], " ")), facts(_judge(one))]
    return el("section", el("h2", "Judges", id="judges"), *parts, aria_labelledby="judges")


def _judge(one: Judge) -> list[tuple[str, Child]]:
    def share(found: Figure | None) -> str | None:
        if found is None or found.value is None:
            return None
        if found.low is None or found.high is None:
            return f"{percent(found.value)} %"
        return f"{percent(found.value)} % [{percent(found.low)}, {percent(found.high)}]"

    return [
        ("Prompt", el("code", one.prompt)),
        ("Model", el("code", one.model)),
        ("Calls", f"{one.calls:,}, of which {one.errors:,} gave no verdict"),
        ("Human labels", f"{one.labels:,}" if one.labels is not None else "none"),
        ("Agreement", share(one.agreement)),
        ("Cohen's kappa", None if one.kappa is None else f"{one.kappa:.2f}"),
        ("Sensitivity", share(one.sensitivity)),
        ("Specificity", share(one.specificity)),
        ("Position bias", None if one.position_bias is None else f"{percent(one.position_bias)} %"),
        ("Krippendorff's alpha", None if one.alpha is None else f"{one.alpha:.2f}"),
        ("Of its own vendor", ", ".join(one.same_vendor)),
        *(
            (f"What people would say of {variant}", share(figure))
            for variant, figure in one.corrected.items()
        ),
    ]
