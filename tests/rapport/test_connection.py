"""What in the settings of Kafka's security cannot be meant is said before anything connects; secrets stay secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.connection import Kafka
from rapport.settings import Settings, SettingsError, environment_of, read
from tests.security.certificates import Authority

LOGIN = {"KAFKA": "k:9092", "KAFKA_SECURITY": "SASL_SSL", "KAFKA_USER": "u", "KAFKA_PASSWORD": "p4ss"}


def settings(folder: Path, **named: str) -> Settings:
    return read({f"RAPPORT_{name}": value for name, value in named.items()}, folder)


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ({"KAFKA_SECURITY": "SSL"}, "no cluster is named in RAPPORT_KAFKA"),
        (LOGIN | {"KAFKA_USER": ""}, "set RAPPORT_KAFKA_USER and RAPPORT_KAFKA_PASSWORD"),
        (LOGIN | {"KAFKA_PASSWORD": ""}, "set RAPPORT_KAFKA_USER and RAPPORT_KAFKA_PASSWORD"),
        (LOGIN | {"KAFKA_SECURITY": "SSL"}, "where nobody logs in: set it to SASL_SSL"),
        (LOGIN | {"KAFKA_SECURITY": "TLS"}, "RAPPORT_KAFKA_SECURITY: Invalid enum value 'TLS'"),
        (LOGIN | {"KAFKA_MECHANISM": "GSSAPI"}, "RAPPORT_KAFKA_MECHANISM: Invalid enum value"),
        ({"KAFKA": "k:1", "KAFKA_CA": "ca.pem"}, "where nothing is encrypted: set it to SSL or SASL_SSL"),
        ({"KAFKA": "k:1", "KAFKA_CHECK_HOSTNAME": "false"}, "where nothing is encrypted"),
        (LOGIN | {"KAFKA_CA": "/no/ca.pem"}, "RAPPORT_KAFKA_CA names /no/ca.pem, which is no file"),
        (LOGIN | {"KAFKA_KEY": "/no/key.pem"}, "RAPPORT_KAFKA_KEY is the key of a certificate: set RAPPORT_KAFKA_CERT"),
        (LOGIN | {"KAFKA_CA": __file__}, "test_connection.py cannot be used"),
        (LOGIN | {"KAFKA_PASSWORD_FILE": "/no/file"}, "RAPPORT_KAFKA_PASSWORD_FILE are both set; unset one"),
        (LOGIN | {"KAFKA_PASSWORD": "", "KAFKA_PASSWORD_FILE": "/no/file"}, "RAPPORT_KAFKA_PASSWORD_FILE: "),
        ({"CLICKHOUSE_PASSWORD_FILE": "/dev/null"}, "RAPPORT_CLICKHOUSE_PASSWORD_FILE: /dev/null is empty"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_by_name(named: dict[str, str], told: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        settings(tmp_path, **named)
    assert told in str(refused.value)
    assert "p4ss" not in str(refused.value)


def test_a_key_that_is_another_certificates_is_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "authority")
    ours, other = authority.sign("ours"), authority.sign("other")
    with pytest.raises(SettingsError, match="the key that of the certificate"):
        settings(tmp_path, **LOGIN, KAFKA_CERT=str(ours.file), KAFKA_KEY=str(other.key))


def test_secrets_may_lie_in_files_and_are_never_printed(tmp_path: Path) -> None:
    for name in ("kafka", "clickhouse", "token"):
        (tmp_path / name).write_text(f"s3cret of {name}\n")
    found = settings(
        tmp_path, **LOGIN | {"KAFKA_PASSWORD": ""}, KAFKA_PASSWORD_FILE=str(tmp_path / "kafka"),
        CLICKHOUSE="clickhouse://me:s3cret@db/rapport", CLICKHOUSE_PASSWORD_FILE=str(tmp_path / "clickhouse"),
        STORE_TOKEN_FILE=str(tmp_path / "token"),
    )  # fmt: skip
    secrets = (found.kafka_password, found.clickhouse_password, found.store_token)
    assert secrets == ("s3cret of kafka", "s3cret of clickhouse", "s3cret of token")
    assert "s3cret" not in f"{found!r} {found.cluster!r} {found.cluster}"
    assert read(environment_of(found), tmp_path) == found


def test_clients_get_only_what_their_security_needs() -> None:
    assert Kafka("a:1,b:2").client() == {"bootstrap_servers": ["a:1", "b:2"], "security_protocol": "PLAINTEXT"}
    login = Kafka("a:1", "SASL_PLAINTEXT", "PLAIN", "u", "p").client()
    assert (login["sasl_mechanism"], login["sasl_plain_username"], login["sasl_plain_password"]) == ("PLAIN", "u", "p")
    assert "ssl_context" not in login
    assert Kafka("a:1", "SSL").client()["ssl_context"].check_hostname
