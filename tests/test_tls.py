"""`agent serve --tls-cert --tls-key`: the server speaks TLS, or says in one sentence why it cannot."""

import os
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
import trustme
from turnwise.agents.client.api import Api
from turnwise.agents.client.errors import Unreachable

from .serve_process import agent_serve

pytestmark = pytest.mark.anyio
OPTIONS = ("--tls-cert", "cert.pem", "--tls-key", "key.pem")


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def issue(authority, folder):
    """A new certificate for this machine, beside the settings."""
    issued = authority.issue_cert("127.0.0.1")
    (folder / "cert.pem").write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(folder / "key.pem")
    return issued.cert_chain_pems[0].bytes().decode()


@pytest.fixture
def folder(authority, tmp_path, monkeypatch):
    """With a certificate in it, whose authority this machine trusts."""
    issue(authority, tmp_path)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return tmp_path


def presented(url):
    """The certificate that a new connection is shown."""
    port = int(url.rsplit(":", 1)[1])
    return ssl.get_server_certificate(("127.0.0.1", port))


async def test_a_call_over_tls_is_a_call(folder):
    async with agent_serve(folder, *OPTIONS, OPENAI_API_KEY="none") as server:
        assert server.url.startswith("https://127.0.0.1:")
        async with server.call() as phone:
            await phone.wait_for_state("listening")


async def test_a_certificate_that_is_not_trusted_is_told_with_what_to_do(folder, monkeypatch):
    async with agent_serve(folder, *OPTIONS, OPENAI_API_KEY="none") as server:
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(Unreachable, match="is not trusted; name its authority in SSL_CERT_FILE"):
            async with Api(server.url) as api:
                await api.create_meeting()


async def test_a_renewed_certificate_counts_from_the_next_connection_on(folder, authority):
    async with agent_serve(folder, *OPTIONS, OPENAI_API_KEY="none") as server, server.call() as held:
        await held.wait_for_state("listening")
        renewed = issue(authority, folder)
        server.hup()
        await server.says("settings read again")
        assert presented(server.url).split() == renewed.split()
        (folder / "key.pem").write_text("half a ")
        server.hup()
        assert "must be PEM files" in await server.says("--tls-cert")
        assert presented(server.url).split() == renewed.split()
        assert held.ending is None


def _missing(folder, authority):
    (folder / "cert.pem").unlink()


def _no_pem(folder, authority):
    (folder / "cert.pem").write_text("Dear diary")


def _of_another(folder, authority):
    authority.issue_cert("127.0.0.1").private_key_pem.write_to_path(folder / "key.pem")


def _encrypted(folder, authority):
    from cryptography.hazmat.primitives import serialization as s

    key = s.load_pem_private_key((folder / "key.pem").read_bytes(), None)
    locked = s.BestAvailableEncryption(b"word")
    (folder / "key.pem").write_bytes(key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, locked))


@pytest.mark.parametrize(
    ("breaks", "said"),
    [
        (_missing, "cert.pem: No such file or directory; check --tls-cert and --tls-key"),
        (_no_pem, "cert.pem and key.pem must be PEM files, and one of them is none; check"),
        (_of_another, "key.pem is not the key of the certificate in cert.pem; check"),
        (_encrypted, "key.pem is encrypted; give --tls-key one without a password"),
    ],
)
def test_files_that_cannot_be_used_are_one_sentence_and_exit_2(folder, authority, breaks, said):
    breaks(folder, authority)
    ran = serve(folder, *OPTIONS)
    assert (ran.returncode, len(ran.stderr.splitlines())) == (2, 1), ran.stderr
    assert said in ran.stderr


@pytest.mark.parametrize("option", [OPTIONS[:2], OPTIONS[2:]])
def test_one_of_the_two_is_not_enough(folder, option):
    ran = serve(folder, *option)
    assert (ran.returncode, ran.stderr) == (
        2,
        "TLS wants both --tls-cert and --tls-key; give the other one, too\n",
    )


def serve(folder, *options):
    agent = Path(sys.executable).parent / "agent"
    return subprocess.run(
        [agent, "serve", "--no-build", "--port", "0", *options],
        cwd=folder,
        env={"PATH": os.defpath, "HOME": str(folder), "OPENAI_API_KEY": "none"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
