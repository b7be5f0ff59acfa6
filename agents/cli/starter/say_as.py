"""How words are said: the voice gets another spelling than the model wrote."""

import re
from typing import Annotated

from pipecat.frames.frames import (
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
    TextFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pydantic import Field


class SayAs(FrameProcessor):
    """Replaces whole words of the model's answer on their way to the voice.

    The model's text comes in pieces that may end inside a word, so the last word of a piece waits
    until it is known to be whole.
    """

    def __init__(
        self, *, words: Annotated[dict[str, str], Field(description="a word, and how to say it")]
    ) -> None:
        super().__init__()
        self._words = {word.lower(): said for word, said in words.items()}
        self._begun = ""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Passes every frame on, the model's text with its words replaced."""
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMTextFrame):
            await self._say(self._begun + frame.text)
            return
        if isinstance(frame, LLMFullResponseEndFrame):
            await self._say(self._begun + " ")
        if isinstance(frame, LLMFullResponseEndFrame | InterruptionFrame):
            self._begun = ""
        await self.push_frame(frame, direction)

    async def _say(self, text: str) -> None:
        """Passes on all whole words, and keeps the one that may go on."""
        whole, self._begun = re.split(r"(?=\w*\Z)", text, maxsplit=1)
        if not whole.strip():
            self._begun = whole + self._begun
            return
        # No LLMTextFrame: the client is shown those, and it has the model's own words already.
        said = TextFrame(re.sub(r"\w+", self._said, whole))
        said.includes_inter_frame_spaces = True
        await self.push_frame(said)

    def _said(self, word: re.Match[str]) -> str:
        return self._words.get(word[0].lower(), word[0])
