"""Our bytes are Pipecat's bytes."""

import subprocess
import sys

import pytest
from turnwise.agents.client.frames import AudioFrame, decode, encode_audio, encode_message

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:'audioop' is deprecated:DeprecationWarning"),  # Pipecat imports it
]


async def test_pipecat_reads_what_we_send():
    from pipecat.frames.frames import InputAudioRawFrame, InputTransportMessageFrame
    from pipecat.serializers.protobuf import ProtobufFrameSerializer

    audio = await ProtobufFrameSerializer().deserialize(encode_audio(b"\1\0"))
    message = await ProtobufFrameSerializer().deserialize(encode_message({"type": "client-ready"}))
    assert isinstance(audio, InputAudioRawFrame)
    assert (audio.audio, audio.sample_rate, audio.num_channels) == (b"\1\0", 16_000, 1)
    assert isinstance(message, InputTransportMessageFrame)
    assert message.message == {"type": "client-ready"}


async def test_we_read_what_pipecat_sends():
    from pipecat.frames.frames import InterruptionFrame, OutputAudioRawFrame, OutputTransportMessageFrame
    from pipecat.serializers.protobuf import ProtobufFrameSerializer

    sent = [
        OutputAudioRawFrame(b"\1\0", 24_000, 1),
        OutputTransportMessageFrame({"type": "bot-ready"}),
        InterruptionFrame(),
    ]
    read = [decode(await ProtobufFrameSerializer().serialize(frame) or b"") for frame in sent]
    assert read == [AudioFrame(b"\1\0", 24_000, 1), {"type": "bot-ready"}, {"type": "pipecat-interruption"}]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xff",
        "text",
        encode_message({"label": "rtvi-ai"}),
        b"\x22\x04\x0a\x02[]",
        b"\x22\x04\x0a\x02{{",
    ],
)
def test_what_is_no_frame_is_a_value_error(data):
    with pytest.raises(ValueError, match=r"."):
        decode(data)


def test_the_terminal_stays_clean():
    imported = subprocess.run(
        [sys.executable, "-c", "import turnwise.agents.client.session"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert imported.stdout + imported.stderr == ""
