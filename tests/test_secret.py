"""One secret for all processes, which nobody else can read."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from turnwise.agents.secret import check_secret, load_or_make_secret


@pytest.mark.parametrize("secret", ["x" * 32, "ä" * 16])
def test_a_secret_of_32_bytes_is_long_enough(secret):
    check_secret(secret)


@pytest.mark.parametrize("secret", ["", "hunter2", "x" * 31])
def test_a_short_secret_is_refused_without_repeating_it(secret):
    with pytest.raises(ValueError, match="shorter than 32 bytes; set TURNWISE_AUTH__SECRET") as refused:
        check_secret(secret)
    assert "hunter2" not in str(refused.value)


def test_a_secret_is_made_once_and_kept(tmp_path):
    made = load_or_make_secret(tmp_path / "secret")
    assert load_or_make_secret(tmp_path / "secret") == made
    check_secret(made)


def test_only_its_owner_can_read_the_file(tmp_path):
    load_or_make_secret(tmp_path / "secret")
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {"secret": 0o600}


def test_processes_that_start_at_once_have_the_same_secret(tmp_path):
    together = threading.Barrier(8)

    def start(_: int) -> str:
        together.wait()
        return load_or_make_secret(tmp_path / "secret")

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(start, range(8)))) == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_written_by_hand_may_end_in_a_newline(tmp_path):
    path = tmp_path / "secret"
    path.touch(0o600)
    path.write_text("x" * 40 + "\n")
    assert load_or_make_secret(path) == "x" * 40


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_that_others_may_read_is_refused(tmp_path, mode):
    path = tmp_path / "secret"
    path.write_text("x" * 40)
    path.chmod(mode)
    with pytest.raises(ValueError, match=rf"secret: others may read it \(mode {mode:04o}\); delete it"):
        load_or_make_secret(path)


def test_a_file_with_too_little_in_it_is_refused(tmp_path):
    path = tmp_path / "secret"
    path.touch(0o600)
    path.write_text("hunter2")
    with pytest.raises(ValueError, match="secret: shorter than 32 bytes; delete it") as refused:
        load_or_make_secret(path)
    assert "hunter2" not in str(refused.value)


def test_a_missing_folder_is_one_sentence(tmp_path):
    with pytest.raises(ValueError, match="secret: No such file or directory; make the file readable"):
        load_or_make_secret(tmp_path / "nowhere" / "secret")
