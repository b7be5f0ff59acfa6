"""Any WAV file becomes microphone audio, and its speech is told from its silence."""

import wave

import numpy as np
import pytest
import soundfile
from turnwise.agents.client.errors import BadInput
from turnwise.agents.client.speech import audible_samples, is_audible, leading_samples, read_wav

from .peer import tone


def test_a_file_of_the_right_format_comes_back_bit_by_bit(speech):
    with wave.open(str(speech / "hello.wav")) as wav:
        samples = wav.readframes(wav.getnframes())
    assert read_wav(speech / "hello.wav") == samples


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 48_000])
@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
def test_other_formats_become_16_khz_mono(tmp_path, rate_hz, subtype):
    second = np.sin(2 * np.pi * 440 * np.arange(rate_hz) / rate_hz) * 0.5
    soundfile.write(tmp_path / "a.wav", np.stack([second, second], axis=1), rate_hz, subtype=subtype)
    samples = np.frombuffer(read_wav(tmp_path / "a.wav"), dtype="<i2")
    assert len(samples) == pytest.approx(16_000, abs=2)
    assert np.argmax(np.abs(np.fft.rfft(samples, 16_000))) == 440
    assert samples[4_000:12_000].max() == pytest.approx(16_384, rel=0.02)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "there is no such file; give the path of a WAV file"),
        (b"not a sound", "this is no audio that can be read; give a WAV file"),
        (b"", "this is no audio that can be read; give a WAV file"),
    ],
)
def test_what_is_no_audio_is_one_sentence(tmp_path, content, sentence):
    path = tmp_path / "a.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput) as refused:
        read_wav(path)
    assert str(refused.value) == f"{path}: {sentence}"


def test_a_file_without_a_sample_is_one_sentence(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(0), 16_000)
    with pytest.raises(BadInput, match="there is no audio in it"):
        read_wav(tmp_path / "a.wav")


@pytest.mark.parametrize(
    ("pcm", "samples"),
    [
        pytest.param(b"", 0, id="nothing"),
        pytest.param(bytes(3200), 0, id="silence"),
        pytest.param(tone(0.1, 16_000, peak=200), 0, id="too quiet to hear"),
        pytest.param(tone(0.1, 16_000) + bytes(3200), 1600, id="speech, then silence"),
        pytest.param(tone(0.1, 16_000) + tone(0.1, 16_000, peak=100), 1600, id="speech, then room noise"),
    ],
)
def test_the_end_of_speech_is_its_last_audible_sample(pcm, samples):
    assert audible_samples(pcm) == pytest.approx(samples, abs=2)
    assert is_audible(pcm) is (samples > 0)


@pytest.mark.parametrize(
    ("pcm", "samples"),
    [(bytes(640) + tone(0.1, 16_000), 321), (tone(0.1, 16_000), 1), (bytes(640), 0), (b"", 0)],
)
def test_the_silence_before_speech_is_known_to_the_sample(pcm, samples):
    assert leading_samples(pcm) == samples
