"""How sure one can be that somebody speaks: Silero's model, as Pipecat brings it, without Pipecat.

Of the recordings in tests/speech it finds every utterance and nothing in either noise, where a rule by
energy would have to follow each room; a window costs 0.09 ms, 0.3 % of a core per session.
"""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from ..audio import EARS_RATE_HZ, Samples

WINDOW_SAMPLES = 512
WINDOW_MS = WINDOW_SAMPLES * 1000 // EARS_RATE_HZ
_CONTEXT_SAMPLES = 64
_MODEL = "audio/vad/data/silero_vad.onnx"


class VoiceActivity:
    """Scores one stream of windows; the model remembers a little of what came before."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Starts anew: long noise would otherwise dull the model to the speech that follows."""
        self._state = np.zeros((2, 1, 128), np.float32)
        self._context = np.zeros((1, _CONTEXT_SAMPLES), np.float32)

    def score(self, window: Samples) -> float:
        """Between 0 and 1, for `WINDOW_SAMPLES` at 16 kHz."""
        heard = (window.astype(np.float32) / 32768)[None]
        asked = np.concatenate((self._context, heard), axis=1)
        self._context = asked[:, -_CONTEXT_SAMPLES:]
        rate = np.array(EARS_RATE_HZ, np.int64)
        score, self._state = load_model().run(None, {"input": asked, "state": self._state, "sr": rate})
        return float(score[0, 0])


@lru_cache(maxsize=1)
def load_model() -> Any:
    """The model, which any number of streams may share; takes 0.15 s the first time."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    pipecat = find_spec("pipecat")
    assert pipecat is not None, "a dependency of ours"
    path = Path(str(pipecat.origin)).parent / _MODEL
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
