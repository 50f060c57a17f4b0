"""A real broker that wants to know who we are: who is let in, and what somebody is told who is not."""

from __future__ import annotations

import asyncio
import time
import uuid
from pathlib import Path

import pytest
from kafka.errors import KafkaError

from producers.delivery import DeliveryFailed
from producers.kafka_log import KafkaLog
from rapport.cluster import connect, make_topics
from rapport.failure import Failure
from rapport.following import follow
from rapport.selecting import USUAL
from rapport.sending import new_producer
from rapport.settings import Settings, read
from schemas.topics import Topic
from streams.app.recovery import recover
from tests.security.guarded import PASSWORD, Guarded

pytestmark = pytest.mark.kafka

PATIENT_S = 180.0
SOON_S = 90.0
"""Nobody waits for the end of his patience to be told that his password is wrong."""

LET_IN = [
    pytest.param("GUARDED", {}, id="TLS and SCRAM-SHA-512"),
    pytest.param("GUARDED", {"KAFKA_MECHANISM": "SCRAM-SHA-256"}, id="TLS and SCRAM-SHA-256"),
    pytest.param("GUARDED", {"KAFKA_MECHANISM": "PLAIN"}, id="TLS and PLAIN"),
    pytest.param("MUTUAL", {}, id="TLS and our own certificate"),
    pytest.param("LOGIN", {"KAFKA_MECHANISM": "PLAIN"}, id="a login without TLS"),
    pytest.param("ELSEWHERE", {"KAFKA_CHECK_HOSTNAME": "false"}, id="another name, and that is said to be well"),
]
REFUSED = [
    pytest.param("GUARDED", {"KAFKA_PASSWORD": "wrong"}, "does not know user rapport with this password; correct "
                 "RAPPORT_KAFKA_USER or _PASSWORD", id="a wrong password"),
    pytest.param("GUARDED", {"KAFKA_PASSWORD": "wrong", "KAFKA_MECHANISM": "PLAIN"}, "does not know user rapport",
                 id="a wrong password by PLAIN"),
    pytest.param("GUARDED", {"KAFKA_USER": "nobody"}, "does not know user nobody", id="an unknown user"),
    pytest.param("LOGIN", {}, "it knows no SCRAM-SHA-512; correct RAPPORT_KAFKA_MECHANISM", id="another mechanism"),
    pytest.param("GUARDED", {"KAFKA_CA": "stranger"}, "stranger.pem (unable to get local issuer certificate); correct "
                 "RAPPORT_KAFKA_CA", id="an unknown CA"),
    pytest.param("GUARDED", {"KAFKA_CA": ""}, "not signed by a CA that this machine trusts", id="no CA named"),
    pytest.param("EXPIRED", {}, "has expired (or its CA's has); give the broker a new one",
                 id="an expired certificate"),
    pytest.param("ELSEWHERE", {}, "is not for 127.0.0.1; name it as its certificate does in RAPPORT_KAFKA",
                 id="a certificate for another host"),
    pytest.param("MUTUAL", {"KAFKA_CERT": "", "KAFKA_KEY": ""}, "correct RAPPORT_KAFKA_CERT", id="no certificate"),
    pytest.param("MUTUAL", {"KAFKA_CERT": "strange", "KAFKA_KEY": "strange"}, "correct RAPPORT_KAFKA_CERT",
                 id="a certificate of somebody else's"),
    pytest.param("GUARDED", {"KAFKA_SECURITY": "SASL_PLAINTEXT", "KAFKA_CA": ""}, "it speaks TLS; set "
                 "RAPPORT_KAFKA_SECURITY to SSL or SASL_SSL", id="no TLS with a broker that wants it"),
    pytest.param("INTERNAL", {"KAFKA_SECURITY": "SSL"}, "does this port speak TLS, as RAPPORT_KAFKA_SECURITY says?",
                 id="TLS with a broker that has none"),
    pytest.param("GUARDED", {"KAFKA_SECURITY": "SSL", "KAFKA_USER": "", "KAFKA_PASSWORD": ""}, "it wants a login; set "
                 "RAPPORT_KAFKA_SECURITY to SASL_SSL", id="no login with a broker that wants it"),
    pytest.param("LOGIN", {"KAFKA_SECURITY": "PLAINTEXT", "KAFKA_USER": "", "KAFKA_PASSWORD": ""}, "it wants a login",
                 id="neither TLS nor login"),
]  # fmt: skip


def settings(guarded: Guarded, listener: str, others: dict[str, str], folder: Path) -> Settings:
    """Of somebody who comes to this listener; files of the stranger by their names."""
    strange = guarded.stranger.sign("strange")
    files = {("KAFKA_CA", "stranger"): guarded.stranger.file, ("KAFKA_CERT", "strange"): strange.file,
             ("KAFKA_KEY", "strange"): strange.key}  # fmt: skip
    named = {name: str(files.get((name, value), value)) for name, value in others.items()}
    return read(guarded.settings(listener, **named), folder)


@pytest.mark.parametrize(("listener", "others"), LET_IN)
def test_every_client_is_let_in(guarded: Guarded, listener: str, others: dict[str, str], tmp_path: Path) -> None:
    kafka = settings(guarded, listener, others, tmp_path).cluster
    topic = f"touched-{uuid.uuid4().hex}"
    admin = connect(kafka, PATIENT_S, print)
    make_topics(admin, [Topic(topic, 1, "customer", (), ())])
    admin.close()
    log = KafkaLog(kafka)
    log.send(topic, 0, b"k", b"by kafka-python")
    log.flush()

    async def by_aiokafka() -> list[tuple[bytes, bytes | None]]:
        producer = new_producer(kafka, "test")
        await producer.start()
        await producer.send_and_wait(topic, b"by aiokafka", b"k", partition=0)
        await producer.stop()
        found: list[tuple[bytes, bytes | None]] = []
        await recover(kafka, topic, 0, lambda key, value: found.append((key, value)))
        return found

    sent = [(b"k", b"by kafka-python"), (b"k", b"by aiokafka")]
    assert asyncio.run(by_aiokafka()) == sent
    assert [(record.key, record.value) for record in log.read(topic, {0: 0})] == sent
    log.close()


@pytest.mark.parametrize(("listener", "others", "told"), REFUSED)
def test_who_is_not_let_in_is_soon_told_why_and_what_to_do(
    guarded: Guarded, listener: str, others: dict[str, str], told: str, tmp_path: Path
) -> None:
    kafka = settings(guarded, listener, others, tmp_path).cluster
    started = time.monotonic()
    with pytest.raises(Failure) as refused:
        connect(kafka, PATIENT_S, print)
    assert time.monotonic() - started < SOON_S
    said = str(refused.value)
    assert told in said
    assert said.startswith(f"Kafka at 127.0.0.1:{guarded.ports[listener]} does not let us in: ")
    assert PASSWORD not in said + repr(kafka)


def test_producers_and_readers_are_told_the_same(guarded: Guarded, tmp_path: Path) -> None:
    kafka = settings(guarded, "GUARDED", {"KAFKA_PASSWORD": "wrong"}, tmp_path).cluster
    with pytest.raises(DeliveryFailed, match="does not know user rapport with this password"):
        KafkaLog(kafka)
    with pytest.raises(Failure, match="does not know user rapport with this password"):
        next(follow(kafka, USUAL, lambda: False))


def test_a_broker_that_is_away_is_not_taken_for_one_that_refuses(guarded: Guarded, tmp_path: Path) -> None:
    others = {"KAFKA": "127.0.0.1:1"}
    with pytest.raises(Failure, match="does not answer") as failed:
        connect(settings(guarded, "GUARDED", others, tmp_path).cluster, 1.0, print)
    assert isinstance(failed.value.__cause__, KafkaError)
