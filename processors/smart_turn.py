"""Smart Turn v3, Pipecat's bundled model: does this sound like the end of what somebody wanted to say?"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3

SAMPLE_RATE_HZ = 16_000
HEARD_SECS = 8.0
"""How much audio the model takes; from before that it knows nothing."""


class SmartTurn(LocalSmartTurnAnalyzerV3):
    """Gives its probability for audio that others have cut, instead of recording by the clock itself.

    One session and one thread serve all calls of a process: a verdict takes 36 ms of one core, and a
    session of its own would cost each call 12 MB and 42 ms. The event loop never waits for it.
    """

    def __init__(self) -> None:
        super().__init__(sample_rate=SAMPLE_RATE_HZ, cpu_count=1)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="smart-turn")

    async def probability(self, audio: bytes) -> float:
        """How likely it is, 0 to 1, that nothing follows; `audio` is 16 kHz mono 16 bit.

        Who is cancelled while waiting for another call's verdict is not computed at all.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._probability, audio)

    def _probability(self, audio: bytes) -> float:
        samples = np.frombuffer(audio, np.int16).astype(np.float32) / 32768
        return self._predict_endpoint(samples)["probability"]


@cache
def shared_smart_turn() -> SmartTurn:
    """The one of this process, loaded with the first agent that names it."""
    return SmartTurn()
