"""The comparison of both ways of recognition prints what it promises."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.recognition.recordings import read_folder, word_errors

ROOT = Path(__file__).parents[2]


def test_both_ways_hear_the_same_speech_and_are_told_side_by_side(tmp_path, speech):
    shutil.copy(speech / "hello.wav", tmp_path)
    (tmp_path / "hello.txt").write_text("Hello, can you hear me?")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    shown = subprocess.run(
        [sys.executable, "-m", "bench.recognition", tmp_path, "--rounds", "1"],
        cwd=ROOT,
        env={**environment, "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert shown.returncode == 0, shown.stdout + shown.stderr
    (row,) = [line for line in shown.stdout.splitlines() if "hello " in line and "of" in line]
    assert row.count("0 of 5") == 2
    assert row.count(" / ") == 2
    assert "request/response" in shown.stdout
    assert "streaming" in shown.stdout


def test_words_stand_in_a_table_and_noise_says_nothing(speech):
    says = {recording.name: recording.says for recording in read_folder(speech)}
    assert says["hello"] == "Hello, can you hear me?"
    assert word_errors(says["pause_450"] or "", "I would like to book a table for four people on Friday") == 1
    assert says["noise_room"] == ""


def test_a_folder_without_recordings_is_one_sentence(tmp_path):
    shown = subprocess.run(
        [sys.executable, "-m", "bench.recognition", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert shown.returncode == 2
    assert shown.stderr.splitlines()[-1].endswith("there are no WAV files; name a folder that has some")
