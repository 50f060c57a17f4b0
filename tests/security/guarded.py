"""A real broker with every kind of listener that a company may have, and a real ClickHouse with TLS and a password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.broker import Broker, free_port
from tests.security.certificates import DAY, Authority, Certificate

USER = "rapport"
PASSWORD = "s3cret of the tests"
HOST = "127.0.0.1"
LISTENERS: Mapping[str, str] = {
    "GUARDED": "SASL_SSL", "EXPIRED": "SASL_SSL", "ELSEWHERE": "SASL_SSL", "MUTUAL": "SSL", "LOGIN": "SASL_PLAINTEXT",
    "INTERNAL": "PLAINTEXT",
}  # fmt: skip


@dataclass
class Guarded:
    """GUARDED is as it should be; EXPIRED and ELSEWHERE have bad certificates; MUTUAL asks for the client's;
    LOGIN knows PLAIN only."""

    folder: Path
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in LISTENERS})

    def __post_init__(self) -> None:
        self.authority = Authority(self.folder, "authority")
        self.stranger = Authority(self.folder, "stranger")
        self.client = self.authority.sign("client")
        good = self.authority.sign("good")
        certificates = {
            "GUARDED": good, "MUTUAL": good,
            "EXPIRED": self.authority.sign("expired", left=-DAY),
            "ELSEWHERE": self.authority.sign("elsewhere", host="kafka.example"),
        }  # fmt: skip
        properties = dict(self._listeners())
        for name, certificate in certificates.items():
            properties |= self._tls(name, certificate)
        for name, protocol in LISTENERS.items():
            if protocol.startswith("SASL"):
                properties |= _login(name, "PLAIN" if name == "LOGIN" else "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512")
        properties["listener.name.mutual.ssl.client.auth"] = "required"
        # A client that fails is told so at once: tests are not to wait for a defence against guessing.
        properties["connection.failed.authentication.delay.ms"] = "10"
        self.broker = Broker(
            self.folder / "broker", self.ports["INTERNAL"], short_lived=True, properties=properties,
            users={USER: PASSWORD},
        )  # fmt: skip

    def settings(self, listener: str = "GUARDED", **others: str) -> dict[str, str]:
        """The environment of somebody whom this listener lets in, with `others` in their place."""
        protocol = LISTENERS[listener]
        found = {"KAFKA": f"{HOST}:{self.ports[listener]}", "KAFKA_SECURITY": protocol}
        if protocol.startswith("SASL"):
            found |= {"KAFKA_USER": USER, "KAFKA_PASSWORD": PASSWORD}
        if protocol.endswith("SSL"):
            found["KAFKA_CA"] = str(self.authority.file)
        if listener == "MUTUAL":
            found |= {"KAFKA_CERT": str(self.client.file), "KAFKA_KEY": str(self.client.key)}
        return {f"RAPPORT_{name}": value for name, value in (found | others).items()}

    def _listeners(self) -> Mapping[str, str]:
        addresses = {name: f"{name}://{HOST}:{port}" for name, port in self.ports.items()}
        protocols = [f"{name}:{protocol}" for name, protocol in LISTENERS.items()]
        controller = free_port()
        return {
            "listeners": ",".join((*addresses.values(), f"CONTROLLER://{HOST}:{controller}")),
            "controller.quorum.voters": f"1@{HOST}:{controller}",
            "advertised.listeners": ",".join(addresses.values()),
            "listener.security.protocol.map": ",".join((*protocols, "CONTROLLER:PLAINTEXT")),
            "inter.broker.listener.name": "INTERNAL",
        }

    def _tls(self, listener: str, certificate: Certificate) -> dict[str, str]:
        prefix = f"listener.name.{listener.lower()}.ssl"
        return {
            f"{prefix}.keystore.type": "PEM", f"{prefix}.keystore.location": str(certificate.both),
            f"{prefix}.truststore.type": "PEM", f"{prefix}.truststore.location": str(self.authority.file),
        }  # fmt: skip


def _login(listener: str, mechanisms: str) -> dict[str, str]:
    prefix = f"listener.name.{listener.lower()}"
    module = "org.apache.kafka.common.security"
    return {
        f"{prefix}.sasl.enabled.mechanisms": mechanisms,
        f"{prefix}.plain.sasl.jaas.config": f'{module}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";',
        f"{prefix}.scram-sha-256.sasl.jaas.config": f"{module}.scram.ScramLoginModule required;",
        f"{prefix}.scram-sha-512.sasl.jaas.config": f"{module}.scram.ScramLoginModule required;",
    }
