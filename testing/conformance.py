"""The check as tests: one for each rule."""

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar

from .check import PATIENCE_SECS, examine
from .report import NotConformant, Report, Rule
from .subject import Processor


class ProcessorConformance:
    """One test for each rule, for pytest to find in a subclass whose name begins with `Test`.

    class TestShout(ProcessorConformance):
        processor = Shout
        options = {"times": 3}
    """

    processor: ClassVar[Processor]
    """A class, or text as in a settings file; a function has to be wrapped in `staticmethod`."""
    options: ClassVar[Mapping[str, Any]] = {}
    patience_secs: ClassVar[float] = PATIENCE_SECS
    _report: ClassVar[Report | None] = None

    def test_it_can_be_built_set_up_and_cleaned_up(self) -> None:
        """Holds it to `Rule.BUILDS`."""
        self._keeps(Rule.BUILDS)

    def test_it_lets_the_base_class_see_every_frame(self) -> None:
        """Holds it to `Rule.CALLS_SUPER`."""
        self._keeps(Rule.CALLS_SUPER)

    def test_it_passes_the_start_and_the_end_of_a_call_on(self) -> None:
        """Holds it to `Rule.LIFE`."""
        self._keeps(Rule.LIFE)

    def test_it_passes_on_what_it_does_not_know(self) -> None:
        """Holds it to `Rule.UNKNOWN`."""
        self._keeps(Rule.UNKNOWN)

    def test_it_passes_interruptions_and_errors_on(self) -> None:
        """Holds it to `Rule.SIGNALS`."""
        self._keeps(Rule.SIGNALS)

    def test_it_keeps_audio_and_text_in_order(self) -> None:
        """Holds it to `Rule.ORDER`."""
        self._keeps(Rule.ORDER)

    def test_it_raises_nothing(self) -> None:
        """Holds it to `Rule.RAISES`."""
        self._keeps(Rule.RAISES)

    def test_it_does_not_hold_up_what_comes_behind(self) -> None:
        """Holds it to `Rule.HOLDS_UP`."""
        self._keeps(Rule.HOLDS_UP)

    def test_it_does_not_block_the_event_loop(self) -> None:
        """Holds it to `Rule.BLOCKS`."""
        self._keeps(Rule.BLOCKS)

    def test_it_ends_at_once_when_the_call_is_cancelled(self) -> None:
        """Holds it to `Rule.CANCELS`."""
        self._keeps(Rule.CANCELS)

    def test_it_leaves_nothing_behind(self) -> None:
        """Holds it to `Rule.LEAVES`."""
        self._keeps(Rule.LEAVES)

    def test_it_keeps_no_frames(self) -> None:
        """Holds it to `Rule.KEEPS`."""
        self._keeps(Rule.KEEPS)

    @classmethod
    def _keeps(cls, rule: Rule) -> None:
        """Holds the trials once for all tests of the class."""
        if "_report" not in vars(cls):
            cls._report = asyncio.run(examine(cls.processor, cls.options, patience_secs=cls.patience_secs))
        report = cls._report
        if report and (broken := report.of(rule)):
            raise NotConformant(Report(report.name, tuple(broken)))
