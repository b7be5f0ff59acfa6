"""espeak-ng through its C interface, which is neither reentrant nor safe to share between threads."""

import ctypes

RETRIEVE_AND_RETURN = 2
"""espeak's AUDIO_OUTPUT_SYNCHRONOUS: audio to the callback, and the call returns when all is spoken."""

_UTF8 = 1
_RATE, _PITCH = 1, 3
_OK = 0
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Espeak:
    """One synthesiser; use it from one thread, and make one per process.

    Raises:
        ImportError: espeakng-loader is not installed.
        OSError: its library cannot be used here.
    """

    def __init__(self) -> None:
        import espeakng_loader  # optional: its absence is told at start

        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self.rate_hz: int = self._library.espeak_Initialize(RETRIEVE_AND_RETURN, 0, data, 0)
        if self.rate_hz <= 0:
            raise OSError("espeak-ng does not start.")
        self._spoken = bytearray()
        self._callback = _Callback(self._collect)  # kept: espeak holds only the address
        self._library.espeak_SetSynthCallback(self._callback)

    def say(self, text: str, voice: str, words_per_minute: int, pitch: int) -> bytes:
        """Mono s16le at `rate_hz`; `pitch` is 0 to 100, and 50 is the voice's own.

        Raises:
            OSError: espeak has no such voice.
        """
        self._spoken.clear()
        if self._library.espeak_SetVoiceByName(voice.encode()) != _OK:
            raise OSError(f"espeak-ng has no voice {voice}.")
        self._library.espeak_SetParameter(_RATE, words_per_minute, 0)
        self._library.espeak_SetParameter(_PITCH, pitch, 0)
        spoken = text.replace("\0", " ").encode()
        self._library.espeak_Synth(spoken, len(spoken) + 1, 0, 1, 0, _UTF8, None, None)
        return bytes(self._spoken)

    def _collect(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int | None) -> int:
        if samples and count > 0:
            self._spoken += ctypes.string_at(samples, 2 * count)
        return 0
