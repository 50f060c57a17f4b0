"""Settings: environment over file, unknown names refused with the nearest, secrets made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.settings import Settings, SettingsError, environment_of, read, with_secrets, with_write_key


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    assert read({}, tmp_path) == Settings()


def test_the_environment_stands_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "rapport.toml").write_text('partitions = 8\nclock = "driven"\ndata = "/somewhere"\n')
    found = read({"RAPPORT_PARTITIONS": "2"}, tmp_path)
    assert (found.partitions, found.clock, found.data) == (2, "driven", Path("/somewhere"))


def test_another_file_can_be_named(tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text("chunk = 7\n")
    assert read({"RAPPORT_CONFIG": str(other)}, tmp_path).chunk == 7


@pytest.mark.parametrize(
    ("environment", "file", "told"),
    [
        pytest.param({"RAPPORT_KAFAK": "x"}, "", "did you mean RAPPORT_KAFKA?", id="a slip in the environment"),
        pytest.param({"RAPPORT_kafka": "x"}, "", "RAPPORT_kafka is no setting", id="small letters in the environment"),
        pytest.param({}, "kafak = 'x'", "did you mean kafka?", id="a slip in the file"),
        pytest.param({"RAPPORT_PARTITIONS": "0"}, "", "RAPPORT_PARTITIONS: Expected `int` >= 1", id="too few"),
        pytest.param({"RAPPORT_PARTITIONS": "four"}, "", "RAPPORT_PARTITIONS: Expected `int`", id="no number"),
        pytest.param({"RAPPORT_CLOCK": "sundial"}, "", "RAPPORT_CLOCK: Invalid enum value 'sundial'", id="no choice"),
        pytest.param({"RAPPORT_BROKER": "podman"}, "", "it is one of auto, docker, java", id="what can be chosen"),
        pytest.param({"RAPPORT_KAFKA_SECURITY": "TLS"}, "", "PLAINTEXT, SSL", id="and of a protection"),
        pytest.param({}, "data = 5", "rapport.toml: data: Expected a path, got 5", id="no path"),
        pytest.param({"RAPPORT_CONFIG": "/"}, "", "/: Is a directory", id="a folder for a file"),
        pytest.param({"RAPPORT_STORE_PORT": "70000"}, "", "RAPPORT_STORE_PORT", id="no port"),
        pytest.param({}, "partitions = 'x'", "rapport.toml: partitions: Expected `int`", id="a wrong type in the file"),
        pytest.param({}, "partitions = ", "rapport.toml: Invalid value", id="a file that is no TOML"),
        pytest.param({"RAPPORT_CONSOLE_PROXIES": "10.0.0.7 nginx"}, "", "'nginx' does not appear", id="no address"),
        pytest.param({"RAPPORT_CONSOLE_PROXIES": "0.0.0.0/0"}, "", "0.0.0.0/0 is everybody", id="everybody's word"),
        pytest.param({"RAPPORT_CONFIG": "/no/such.toml"}, "", "/no/such.toml, which does not exist", id="no such file"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    environment: dict[str, str], file: str, told: str, tmp_path: Path
) -> None:
    (tmp_path / "rapport.toml").write_text(file)
    with pytest.raises(SettingsError) as refused:
        read(environment, tmp_path)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    "name", ["RAPPORT_TEST_CLICKHOUSE", "RAPPORT_REQUIRE", "RAPPORT_EXAMPLES", "RAPPORT_CACHE", "RAPPORT_SHARED_DATA"]
)
def test_names_that_are_no_settings_are_known(name: str, tmp_path: Path) -> None:
    assert read({name: "x"}, tmp_path) == Settings()


def test_secrets_are_made_once_and_only_for_their_owner(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    first, second = with_secrets(settings), with_secrets(settings)
    assert first == second
    assert first.identity.secret != first.store_token.encode()
    assert (tmp_path / "data" / "identity.key").stat().st_mode & 0o077 == 0


def test_a_secret_that_is_set_is_not_made(tmp_path: Path) -> None:
    settings = with_secrets(Settings(data=tmp_path, identity_key="mine", store_token="also mine"))
    assert settings.identity == ("k1", b"mine")
    assert not list(tmp_path.iterdir())


def test_the_collectors_key_is_made_by_the_collector_alone(tmp_path: Path) -> None:
    settings = with_secrets(Settings(data=tmp_path))
    made = with_write_key(settings).write_key
    assert (settings.write_key, made) == ("", (tmp_path / "write.key").read_text())
    assert with_write_key(Settings(data=tmp_path, write_key="mine")).write_key == "mine"


def test_a_secret_too_long_for_the_hash_is_refused() -> None:
    with pytest.raises(SettingsError, match="must have 1 to 64"):
        _ = Settings(identity_key="x" * 65).identity


def test_settings_survive_the_way_through_the_environment(tmp_path: Path) -> None:
    settings = with_secrets(Settings(kafka="here:1", data=tmp_path, partitions=3, breaker_share=0.25))
    assert read(environment_of(settings), tmp_path) == settings
