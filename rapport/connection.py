"""Kafka and who we are to it: one value, from which every client takes its arguments."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

Security = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


@dataclass(frozen=True)
class Kafka:
    """A cluster, and who we are to it. Printed it is only its addresses."""

    servers: str
    """`host:port`, several with commas."""
    security: Security = "PLAINTEXT"
    mechanism: Mechanism = "SCRAM-SHA-512"
    user: str = ""
    password: str = field(default="", repr=False)
    ca: Path | None = None
    """Whom we trust to sign a broker's certificate; None: whom this machine trusts."""
    certificate: Path | None = None
    key: Path | None = None
    key_password: str = field(default="", repr=False)
    check_hostname: bool = True

    def __str__(self) -> str:
        return self.servers

    @property
    def encrypted(self) -> bool:
        return self.security.endswith("SSL")

    @property
    def authenticated(self) -> bool:
        return self.security.startswith("SASL")

    @cached_property
    def tls(self) -> ssl.SSLContext | None:
        """Made at the first use. OSError (with the file, where it is one that lacks) or ssl.SSLError."""
        if not self.encrypted:
            return None
        context = ssl.create_default_context(cafile=self.ca)
        context.check_hostname = self.check_hostname
        if self.certificate is not None:
            context.load_cert_chain(self.certificate, self.key, self.key_password or None)
        return context

    def client(self) -> dict[str, Any]:
        """Arguments that make a client connect to it; kafka-python and aiokafka call them alike."""
        found: dict[str, Any] = {"bootstrap_servers": self.servers.split(","), "security_protocol": self.security}
        if self.encrypted:
            found["ssl_context"] = self.tls
        if self.authenticated:
            found["sasl_mechanism"] = self.mechanism
            found["sasl_plain_username"] = self.user
            found["sasl_plain_password"] = self.password
        return found


def fault(kafka: Kafka) -> str | None:
    """What in these settings cannot be meant, by name; None if nothing. Reads the certificates' files."""
    what = f"RAPPORT_KAFKA_SECURITY is {kafka.security}"
    if kafka.security != "PLAINTEXT" and not kafka.servers:
        return f"{what}, but no cluster is named in RAPPORT_KAFKA; a broker of our own has no security"
    if kafka.authenticated and not (kafka.user and kafka.password):
        return f"{what}: set RAPPORT_KAFKA_USER and RAPPORT_KAFKA_PASSWORD (or RAPPORT_KAFKA_PASSWORD_FILE)"
    if not kafka.authenticated and (kafka.user or kafka.password):
        return f"{what}, where nobody logs in: set it to SASL_SSL, or unset RAPPORT_KAFKA_USER and _PASSWORD"
    files = (kafka.ca, kafka.certificate, kafka.key)
    if not kafka.encrypted and (any(files) or kafka.key_password or not kafka.check_hostname):
        return (
            f"{what}, where nothing is encrypted: set it to SSL or SASL_SSL, or unset what RAPPORT_KAFKA_CA, _CERT,"
            " _KEY, _KEY_PASSWORD and _CHECK_HOSTNAME say"
        )
    if kafka.certificate is None and (kafka.key or kafka.key_password):
        return "RAPPORT_KAFKA_KEY is the key of a certificate: set RAPPORT_KAFKA_CERT, too"
    for name, file in zip(("CA", "CERT", "KEY"), files, strict=True):
        if file is not None and not file.is_file():
            return f"RAPPORT_KAFKA_{name} names {file}, which is no file"
    try:
        _ = kafka.tls
    except OSError as error:
        named = ", ".join(str(file) for file in files if file is not None)
        return f"{named} cannot be used ({error}): PEM files, the key that of the certificate, and its right password"
    return None
