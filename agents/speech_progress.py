"""How far the agent has come in what it says."""

import re
from dataclasses import dataclass

TYPICAL_CHARS_PER_SEC = 15.0
"""English read aloud, some 150 words a minute; only until the voice has spoken its first sentence."""

_MEASURABLE_SECS = 0.5
_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_CJK}]|[^\s{_CJK}]+")


@dataclass
class _Sentence:
    text: str
    context_id: str | None
    made_secs: float = 0.0
    sent_secs: float = 0.0
    is_whole: bool = False


class SpeechProgress:
    """Compares the audio that was sent with the text that it speaks, one sentence at a time.

    A sentence is known by the id of the frame that announces it. What is made of it is told in
    front of `out`, where a voice may be minutes ahead; what is sent of it, behind.
    """

    def __init__(self) -> None:
        self._sentences: dict[int, _Sentence] = {}
        self._made: int | None = None
        self._sent: int | None = None
        self._chars_per_sec = TYPICAL_CHARS_PER_SEC

    def announced(self, sentence_id: int, text: str, context_id: str | None) -> None:
        """The voice begins to make this sentence."""
        self._finish_making()
        self._sentences[sentence_id] = _Sentence(text, context_id)
        self._made = sentence_id

    def grew(self, sentence_id: int, text: str) -> None:
        """A speech that is being made has more words by now."""
        if sentence_id in self._sentences:
            self._sentences[sentence_id].text = text

    def heard_secs(self, sentence_id: int) -> float | None:
        """How much of a speech has been sent; None where it is over."""
        sentence = self._sentences.get(sentence_id)
        return sentence.sent_secs if sentence else None

    def forget(self, context_id: str | None) -> None:
        """What is said in this context of the voice is no part of the conversation."""
        for sentence_id, sentence in list(self._sentences.items()):
            if sentence.context_id == context_id:
                del self._sentences[sentence_id]

    def made(self, secs: float) -> None:
        """The voice has made more audio of the sentence that it is at."""
        if self._made in self._sentences:
            self._sentences[self._made].made_secs += secs

    def all_made(self) -> None:
        """The sentence that the voice is at has all its audio."""
        self._finish_making()

    def begins(self, sentence_id: int) -> None:
        """The audio that is sent next belongs to this sentence."""
        self._done()
        self._sent = sentence_id

    def sent(self, secs: float) -> None:
        """More audio has been sent."""
        if self._sent in self._sentences:
            self._sentences[self._sent].sent_secs += secs

    def told(self) -> None:
        """The sentence being sent, or its words one by one, got into the conversation by itself."""
        self._done()

    def cut_off(self) -> str:
        """As much of the sentence being sent as was spoken; from here on nothing is being said."""
        sentence = self._sentences.get(self._sent) if self._sent is not None else None
        self._sentences.clear()
        self._made = self._sent = None
        return _words_within(sentence.text, self._share(sentence)) if sentence else ""

    def _done(self) -> None:
        if self._sent is not None:
            self._sentences.pop(self._sent, None)
        self._sent = None

    def _finish_making(self) -> None:
        sentence = self._sentences.get(self._made) if self._made is not None else None
        if sentence:
            sentence.is_whole = True
            if sentence.made_secs >= _MEASURABLE_SECS:
                self._chars_per_sec = len(sentence.text) / sentence.made_secs
        self._made = None

    def _share(self, sentence: _Sentence) -> float:
        """How much of a sentence was sent, 0 to 1; guessed by the rate of speech while it is being made."""
        expected_secs = sentence.made_secs
        if not sentence.is_whole:
            expected_secs = max(expected_secs, len(sentence.text) / self._chars_per_sec)
        return min(1.0, sentence.sent_secs / expected_secs) if expected_secs else 0.0


def _words_within(text: str, share: float) -> str:
    """The words, in scripts without spaces the characters, that end within this share of a text."""
    ends = [word.end() for word in _WORD.finditer(text) if word.end() <= share * len(text.rstrip())]
    return text[: ends[-1]] if ends else ""
