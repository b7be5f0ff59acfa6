"""The conversation of one call: what the model is given, and who is told of finished turns."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import cast

from pipecat.processors.aggregators.llm_context import LLMContext, LLMContextMessage
from pipecat.processors.aggregators.llm_response_universal import (
    AssistantTurnStoppedMessage,
    LLMAssistantAggregator,
    LLMUserAggregator,
    LLMUserAggregatorParams,
    UserTurnMessageAddedMessage,
)

from .agent_side import AgentSide
from .sound_text import sound_text
from .speech_progress import SpeechProgress
from .wire import SpeakerType
from .words import Words

TurnListener = Callable[[SpeakerType, Words], None]


class Conversation:
    """Holds the model's context and Pipecat's two aggregators that write to it.

    Turns are told to listeners as they are written, not as frames: a frame on its way can be
    dropped by an interruption or by the end of the call, and with it somebody's words.
    """

    def __init__(self, prompt: str, earlier: Iterable[tuple[SpeakerType, str]] = ()) -> None:
        self.prompt = prompt
        self.context = LLMContext()
        for speaker, text in earlier:
            self.context.add_message(_message(speaker, text))
        self.speech = SpeechProgress()
        self._pair: tuple[LLMUserAggregator, AgentSide] | None = None
        self._listeners: list[TurnListener] = []

    def user_side(self, params: LLMUserAggregatorParams) -> LLMUserAggregator:
        """The aggregator that ends the user's turns and hands them to the model; made once."""
        return self._make_pair(params)[0]

    def agent_side(self) -> LLMAssistantAggregator:
        """The aggregator that remembers what the agent said."""
        return (self._pair or self._make_pair(None))[1]

    def on_turn(self, listener: TurnListener) -> None:
        """Calls `listener(speaker, words)` with every turn as it becomes part of the conversation."""
        self._listeners.append(listener)

    @property
    def is_kept(self) -> bool:
        """Whether anybody is told of its turns."""
        return bool(self._listeners)

    def expect_user(self, began: datetime) -> Words:
        """Keeps the place of a user's turn that is over, but whose words are known only later.

        What is said after it stands behind it, whenever the words come; empty words give the place up.
        """
        words = Words(began=began)
        message: LLMContextMessage = {"role": "user", "content": ""}
        self.context.add_message(message)
        words.on_known(lambda: self._fill(message, words.text or ""))
        self._tell_words("user", words)
        return words

    @property
    def so_far(self) -> list[LLMContextMessage]:
        """What was said and done, without places that are kept for words to come."""
        return [each for each in self.context.get_messages() if not _is_kept_place(each)]

    def _fill(self, message: LLMContextMessage, text: str) -> None:
        if text:
            cast(dict[str, str], message)["content"] = text
        else:
            messages = self.context.get_messages()
            self.context.set_messages([each for each in messages if each is not message])

    def _make_pair(self, params: LLMUserAggregatorParams | None) -> tuple[LLMUserAggregator, AgentSide]:
        """Pipecat's `LLMContextAggregatorPair`, with an agent's side of our own."""
        user = LLMUserAggregator(self.context, params=params)
        agent = AgentSide(self.speech, self.context, _paired_user_aggregator=user)
        user.add_event_handler("on_user_turn_message_added", self._user_turn)
        agent.add_event_handler("on_assistant_turn_stopped", self._agent_turn)
        self._pair = user, agent
        return self._pair

    def _user_turn(self, _: LLMUserAggregator, message: UserTurnMessageAddedMessage) -> None:
        self._tell("user", message.content)

    def _agent_turn(self, _: LLMAssistantAggregator, message: AssistantTurnStoppedMessage) -> None:
        self._tell("agent", message.content)

    def _tell(self, speaker: SpeakerType, text: str) -> None:
        text = sound_text(text).strip()
        if text:
            self._tell_words(speaker, Words(text))

    def _tell_words(self, speaker: SpeakerType, words: Words) -> None:
        for listener in self._listeners:
            listener(speaker, words)


def _message(speaker: SpeakerType, text: str) -> LLMContextMessage:
    if speaker == "user":
        return {"role": "user", "content": text}
    return {"role": "assistant", "content": text}


def _is_kept_place(message: LLMContextMessage) -> bool:
    return isinstance(message, dict) and message.get("role") == "user" and message.get("content") == ""
