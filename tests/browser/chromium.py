"""Debian's Chromium, with recordings for a microphone."""

import shutil
import wave
from pathlib import Path

from ..conftest import SPEECH

BEFORE_SECS = 2.0
ROUNDS = 2
"""What was lost because an answer took longer is said once more."""

RATE_HZ = 16_000

COMMON = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whoever wasn't granted the microphone says no to it.
    "--deny-permission-prompts",
    # A page of a host that is not this machine, which it is all the same.
    "--host-resolver-rules=MAP voice.example 127.0.0.1",
)


def found() -> str | None:
    """Where Chromium is."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def flags(microphone: Path | None) -> list[str]:
    """How it is started: with a recording as the microphone, or without any."""
    if microphone is None:
        return [*COMMON]
    return [
        *COMMON,
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}",
    ]


def recording(path: Path, names: tuple[str, ...], pause_secs: float) -> Path:
    """What the person at a page says from when it takes the microphone, with time for answers."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(_silence(BEFORE_SECS))
        for name in names * ROUNDS:
            with wave.open(str(SPEECH / f"{name}.wav")) as speech:
                out.writeframes(speech.readframes(speech.getnframes()) + _silence(pause_secs))
    return path


def _silence(secs: float) -> bytes:
    return bytes(2 * int(secs * RATE_HZ))
