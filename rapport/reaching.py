"""Getting into a Kafka: patience while it is away, and a clear word where it lets nobody in."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypeVar, cast

from kafka.errors import KafkaError

from rapport.connection import Kafka, Security

FIRST_TRY_S: Final = 1.0
TRY_S: Final = 5.0
PAUSE_S: Final = 0.2
PROBE_S: Final = 3.0
_ALERT_S: Final = 0.5
"""A broker that wants a client's certificate says so only after the handshake."""

_CERTIFICATE_HAS_EXPIRED: Final = 10
_NAME_MISMATCH: Final = frozenset({62, 64})
"""OpenSSL's numbers: of X509_V_ERR_CERT_HAS_EXPIRED; of another host name and another IP address."""

T = TypeVar("T")


class Refused(Exception):
    """The cluster is there and does not let us in, and waiting will not help. `why`: reason and remedy."""

    def __init__(self, kafka: Kafka, why: str) -> None:
        super().__init__(f"Kafka at {kafka} does not let us in: {why}")
        self.why = why


def reach(kafka: Kafka, make: Callable[[int], T], wait_s: float, waiting: Callable[[], None] = lambda: None) -> T:
    """What `make` gives, a client of kafka-python whose `bootstrap_timeout_ms` is its argument.

    Tried for `wait_s` seconds; `waiting` is called once, when the first try has failed. Raises
    the last KafkaError, or Refused as soon as it is clear that waiting will not help.
    """
    limit = time.monotonic() + wait_s
    told = False
    while True:
        left = min(TRY_S if told else FIRST_TRY_S, limit - time.monotonic())
        try:
            return make(int(1000 * max(0.5, left)))
        except KafkaError as error:
            if (refused := refusal(kafka)) is not None:
                raise refused from error
            if time.monotonic() >= limit:
                raise
            if not told:
                waiting()
                told = True
            time.sleep(PAUSE_S)


def opened(kind: Callable[..., T], **options: Any) -> T:
    """A `KafkaConsumer` or `KafkaAdminClient` of kafka-python; KafkaError where nobody answers in time.

    Where that happens in their constructor they leave a thread behind that goes on connecting; here it ends.
    """
    client: Any = object.__new__(cast(Any, kind))
    try:
        client.__init__(**options)
    except BaseException:
        if (network := getattr(client, "_net", None)) is not None:
            client._client.close()
            network.stop()
        raise
    return cast(T, client)


def refusal(kafka: Kafka) -> Refused | None:
    """Whether and why the cluster does not let us in; None where nothing speaks against it or nobody answers.

    Clients retry whatever fails and say only that they could not connect. So this asks again,
    by hand: at most some seconds, and only after a client has failed.
    """
    found = _opened(kafka)
    if found is None:
        return None
    host, plain = found
    try:
        with plain:
            why = _handshake(kafka, plain, host) if kafka.encrypted else _speaks_tls(plain)
    except TimeoutError:  # it hangs, which is no refusal
        return None
    why = why or _login_refusal(kafka)
    return None if why is None else Refused(kafka, why)


def _opened(kafka: Kafka) -> tuple[str, socket.socket] | None:
    """A connection to the first server that answers, and its name."""
    for server in kafka.servers.split(","):
        host, _, port = server.strip().rpartition(":")
        host = host.strip("[]")
        with contextlib.suppress(OSError, ValueError):
            return host, socket.create_connection((host, int(port)), timeout=PROBE_S)
    return None


def _handshake(kafka: Kafka, plain: socket.socket, host: str) -> str | None:
    try:
        assert kafka.tls is not None
        with kafka.tls.wrap_socket(plain, server_hostname=host) as secure:
            secure.settimeout(_ALERT_S)
            with contextlib.suppress(TimeoutError):
                secure.recv(1)
    except ssl.SSLCertVerificationError as error:
        if error.verify_code == _CERTIFICATE_HAS_EXPIRED:
            return "its certificate has expired (or its CA's has); give the broker a new one"
        if error.verify_code in _NAME_MISMATCH:
            return f"its certificate is not for {host}; name it as its certificate does in RAPPORT_KAFKA"
        trusted = f"the CA in {kafka.ca}" if kafka.ca else "a CA that this machine trusts"
        return f"its certificate is not signed by {trusted} ({error.verify_message}); correct RAPPORT_KAFKA_CA"
    except ssl.SSLError as error:
        if "CERTIFICATE" in (error.reason or ""):
            return f"it wants another certificate of ours ({error.reason}); correct RAPPORT_KAFKA_CERT"
        return f"no TLS with it ({error.reason}); does this port speak TLS, as RAPPORT_KAFKA_SECURITY says?"
    except TimeoutError:
        raise
    except OSError:
        return None
    return None


def _speaks_tls(plain: socket.socket) -> str | None:
    """Without TLS the only sign that it is wanted is a broker that hangs up."""
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname = False
    anybody.verify_mode = ssl.CERT_NONE
    try:
        anybody.wrap_socket(plain).close()
    except TimeoutError:
        raise
    except OSError:
        return None
    return "it speaks TLS; set RAPPORT_KAFKA_SECURITY to SSL or SASL_SSL"


def _login_refusal(kafka: Kafka) -> str | None:
    if not kafka.authenticated:
        return _wants_login(kafka)
    from aiokafka.errors import KafkaError as AnyError
    from aiokafka.errors import SaslAuthenticationFailed, UnsupportedSaslMechanismError

    try:
        asyncio.run(_log_in(kafka))
    except SaslAuthenticationFailed:
        return f"it does not know user {kafka.user} with this password; correct RAPPORT_KAFKA_USER or _PASSWORD"
    except UnsupportedSaslMechanismError:
        return f"it knows no {kafka.mechanism}; correct RAPPORT_KAFKA_MECHANISM"
    except (AnyError, OSError):
        return None
    return None


def _wants_login(kafka: Kafka) -> str | None:
    """Without a login the only sign that it is wanted is a broker that hangs up: so try one."""
    from aiokafka.errors import KafkaError as AnyError
    from aiokafka.errors import SaslAuthenticationFailed, UnsupportedSaslMechanismError

    try:
        login: Security = "SASL_SSL" if kafka.encrypted else "SASL_PLAINTEXT"
        asyncio.run(_log_in(replace(kafka, security=login, user="-", password="-")))
    except (SaslAuthenticationFailed, UnsupportedSaslMechanismError):
        return "it wants a login; set RAPPORT_KAFKA_SECURITY to SASL_SSL or SASL_PLAINTEXT"
    except (AnyError, OSError):
        return None
    return None


async def _log_in(kafka: Kafka) -> None:
    """By the connection of aiokafka, which tells a login that is refused from a broker that is away."""
    from aiokafka.conn import create_conn  # only after a client has failed: most commands need the other library alone

    arguments = kafka.client()
    host, _, port = str(arguments.pop("bootstrap_servers")[0]).strip().rpartition(":")
    connection = await create_conn(host.strip("[]"), int(port), request_timeout_ms=int(1000 * PROBE_S), **arguments)
    connection.close()
