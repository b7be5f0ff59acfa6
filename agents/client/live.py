"""A person on the line: the machine's own microphone and speakers."""

import asyncio
from contextlib import suppress
from importlib import import_module
from typing import Any

from ..wire import MIC_SAMPLE_RATE_HZ, VOICE_SAMPLE_RATE_HZ
from .caller import Caller
from .errors import BadInput, CallOver
from .log import Message, Observer, Voice
from .microphone import FRAME_BYTES


def open_sounddevice() -> Any:
    """The library that reaches the sound card.

    Raises:
        BadInput: it, or the PortAudio it needs, is not installed, or there is no microphone or speaker.
    """
    try:
        sounddevice = import_module("sounddevice")
    except (ImportError, OSError) as error:
        raise BadInput(
            "the microphone needs the package `sounddevice` and PortAudio; "
            "install `turnwise[mic]`, or give speech with --wav FILE"
        ) from error
    try:
        sounddevice.check_input_settings(channels=1, dtype="int16", samplerate=MIC_SAMPLE_RATE_HZ)
        sounddevice.check_output_settings(channels=1, dtype="int16", samplerate=VOICE_SAMPLE_RATE_HZ)
    except (sounddevice.PortAudioError, ValueError) as error:
        raise BadInput(
            "no microphone and speakers can be opened; connect them, or give speech with --wav FILE"
        ) from error
    return sounddevice


class Speakers(Observer):
    """Plays the agent's voice as it comes; use it as a context manager."""

    def __init__(self, sounddevice: Any) -> None:
        self._waiting = bytearray()
        self._stream = sounddevice.RawOutputStream(
            samplerate=VOICE_SAMPLE_RATE_HZ, channels=1, dtype="int16", callback=self._fill
        )

    def __enter__(self) -> "Speakers":
        self._stream.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def voice(self, voice: Voice) -> None:
        """Queues a frame."""
        self._waiting += voice.pcm

    def message(self, message: Message) -> None:
        """Drops what is queued when the agent is interrupted."""
        if message.type == "interruption":
            self._waiting.clear()

    def _fill(self, out: Any, frame_count: int, time: Any, status: Any) -> None:
        length = frame_count * 2
        out[:] = bytes(self._waiting[:length]).ljust(length, b"\0")
        del self._waiting[:length]


async def talk(caller: Caller, sounddevice: Any) -> None:
    """Sends what the microphone hears until the call ends or is cancelled.

    The sound card is the clock here, so the caller's own microphone stays mute.
    """
    loop = asyncio.get_running_loop()
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    def take(data: Any, frame_count: int, time: Any, status: Any) -> None:
        loop.call_soon_threadsafe(heard.put_nowait, bytes(data))

    caller.mute()
    stream = sounddevice.RawInputStream(
        samplerate=MIC_SAMPLE_RATE_HZ, channels=1, dtype="int16", blocksize=FRAME_BYTES // 2, callback=take
    )
    with stream, suppress(CallOver):
        while True:
            await caller.send_audio(await heard.get())
