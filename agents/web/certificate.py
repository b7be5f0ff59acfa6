"""What the server proves its name with, where it ends TLS itself."""

import ssl
from pathlib import Path


class Certificate:
    """A certificate chain and its key, in PEM files, and the context that connections are made from."""

    def __init__(self, cert: Path, key: Path) -> None:
        self._cert, self._key = cert, key
        self.context = self._loaded()

    def reload(self) -> None:
        """Connections from now on get what the files hold now.

        Raises:
            ValueError: they cannot be used, and the old certificate stays.
        """
        self._loaded()
        self._load_into(self.context)

    def _loaded(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.set_alpn_protocols(["http/1.1"])
        self._load_into(context)
        return context

    def _load_into(self, context: ssl.SSLContext) -> None:
        try:
            context.load_cert_chain(self._cert, self._key, password=self._no_password)
        except ssl.SSLError as error:
            wrong = f"{self._cert} and {self._key} must be PEM files, and one of them is none"
            if error.reason == "KEY_VALUES_MISMATCH":
                wrong = f"{self._key} is not the key of the certificate in {self._cert}"
            raise ValueError(f"{wrong}; check --tls-cert and --tls-key") from None
        except OSError as error:
            missing = next((file for file in (self._cert, self._key) if not file.is_file()), self._key)
            raise ValueError(f"{missing}: {error.strerror}; check --tls-cert and --tls-key") from None

    def _no_password(self) -> str:
        raise ValueError(
            f"{self._key} is encrypted; give --tls-key one without a password, readable by its owner only"
        )
