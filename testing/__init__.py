"""The conformance kit: is this processor fit to stand in a line? `docs/processors.md` shows how to ask."""

from .check import check_processor, examine
from .conformance import ProcessorConformance
from .report import Finding, NotConformant, Report, Rule
from .subject import a_trial as trial_call

__all__ = [
    "Finding",
    "NotConformant",
    "ProcessorConformance",
    "Report",
    "Rule",
    "check_processor",
    "examine",
    "trial_call",
]
