"""The tables that the command prints."""

import math
from collections.abc import Sequence

from rich.table import Table

from .measuring import Outcome, Summary


def outcome_table(outcomes: Sequence[Outcome]) -> Table:
    """A line for each recording, a column for each rule."""
    by_rule = dict.fromkeys(outcome.rule for outcome in outcomes)
    table = Table("recording", *by_rule, caption="seconds from the last audible speech to the decision")
    for name, line in _lines(outcomes, len(by_rule)):
        table.add_row(name, *map(_cell, line))
    return table


def _lines(outcomes: Sequence[Outcome], rules: int) -> list[tuple[str, Sequence[Outcome]]]:
    starts = range(0, len(outcomes), rules)
    return [(outcomes[at].recording, outcomes[at : at + rules]) for at in starts]


def _cell(outcome: Outcome) -> str:
    if outcome.delay_secs is None:
        return "never"
    return f"{outcome.delay_secs:.2f}" + (" cut off" if outcome.is_cut_off else "")


def summary_table(summaries: Sequence[Summary]) -> Table:
    """A line for each rule."""
    table = Table("rule", "cut off", "never", "mean / max delay, s")
    for summary in summaries:
        cut_off = f"{len(summary.cut_off)} of {summary.recordings}"
        decided = not math.isnan(summary.mean_secs)
        delays = f"{summary.mean_secs:.2f} / {summary.max_secs:.2f}" if decided else "–"
        table.add_row(summary.rule, cut_off, str(len(summary.undecided)), delays)
    return table
