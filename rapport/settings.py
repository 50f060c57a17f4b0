"""All settings: read once from a TOML file and the environment, frozen, passed in."""

from __future__ import annotations

import difflib
import ipaddress
import os
import secrets
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args, get_type_hints

import msgspec

from rapport import connection
from rapport.connection import Kafka
from schemas.keys import IdentityKey
from sinks.clickhouse import address

PREFIX: Final = "RAPPORT_"
PROJECT: Final = Path(__file__).resolve().parent.parent
"""The folder that holds the program and the knowledge that comes with it."""

_ELSEWHERE: Final = frozenset({"CONFIG", "CACHE", "SHARED_DATA", "REQUIRE", "EXAMPLES"})
"""Known names in the environment that are no settings: file, jars, data of tests, duties of tests."""
_TESTS: Final = "TEST_"

SECRETS: Final = (
    "kafka_password",
    "kafka_key_password",
    "clickhouse_password",
    "store_token",
    "identity_key",
    "write_key",
)
"""Settings that `<name>_file` may hold instead, as clusters mount them. Never printed."""
_FILE: Final = "_file"

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Count = Annotated[int, msgspec.Meta(ge=1)]
Share = Annotated[float, msgspec.Meta(gt=0, le=1)]


class SettingsError(Exception):
    """A setting is unknown or impossible; the message names it, where it stands and the remedy."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What can be set: `RAPPORT_<NAME>` in the environment, `name` in the file."""

    kafka: str = ""
    """`host:port`, several with commas; empty: a broker of our own (`rapport up`)."""
    kafka_security: connection.Security = "PLAINTEXT"
    """How its listener is protected, by Kafka's own names: `SSL` encrypts, `SASL_…` wants a login."""
    kafka_mechanism: connection.Mechanism = "SCRAM-SHA-512"
    kafka_user: str = ""
    kafka_password: str = ""
    kafka_ca: Path | None = None
    """PEM file of whom we trust to sign the brokers' certificates; without it whom this machine trusts."""
    kafka_cert: Path | None = None
    """PEM file of our own certificate, where the brokers ask for one; `kafka_key` is its key."""
    kafka_key: Path | None = None
    kafka_key_password: str = ""
    kafka_check_hostname: bool = True
    """Whether a broker's certificate must be for the name under which we reach it."""
    clickhouse: str = ""
    """`clickhouse://user@host:9000/database`, with TLS `clickhouses://…:9440/…?ca_certs=FILE`; empty: embedded, in the
    data folder."""
    clickhouse_password: str = ""
    """Stands for the one in the address."""
    data: Path = Path(".rapport")
    """Everything that Rapport keeps on this machine lies here."""
    knowledge: Path = PROJECT / "knowledge"
    partitions: Count = 4
    """Of each topic of the line; fixed at the first `rapport init`."""
    workers: Count = 1
    """Worker processes that `rapport up` starts."""
    chunk: Count = 1000
    """Records a worker folds at a time, at most."""
    clock: Literal["leader", "driven"] = "leader"
    """Who writes the ticks: the worker that leads, from its clock; or whoever drives a test."""
    instance: str = ""
    """Name of this worker in its group, the same after a restart: a rolling change then moves no partition."""
    session_timeout_s: Annotated[int, msgspec.Meta(ge=1)] = 6
    """Seconds after which a silent worker is taken for dead."""
    breaker_window: Count = 1000
    breaker_minimum: Count = 50
    breaker_share: Share = 0.5
    """A partition stops when this share of the last `window` records (at least `minimum`) are dead letters."""
    listen: str = "127.0.0.1"
    """Address at which store and workers serve SQL, health and metrics; in a container `0.0.0.0`."""
    broker: Literal["auto", "docker", "java"] = "auto"
    """What runs a broker of our own: Docker Compose where there is Docker, else Java; or always the one named."""
    store_port: Port = 8181
    """Of the store's read-only SQL, health and metrics."""
    store_token: str = ""
    """What a reader of the SQL must show; empty: made once, kept in the data folder."""
    collector_port: Port = 8282
    """Of the collector."""
    collector_url: str = ""
    """Under which the world reaches it, as signatures cover it; empty: as each request says."""
    collector_origins: str = "*"
    """Web sites whose pages may send, with blanks between; `*`: all."""
    console_port: Port = 8383
    """Of the console."""
    console_url: str = ""
    """Under which staff reach it; with `https://` its cookie is given to nobody who does not come that way."""
    console_proxies: str = ""
    """Addresses and networks of the proxies before the console, with blanks between. Only these are believed
    (`X-Forwarded-For`) from where a request comes."""
    sources: Path | None = None
    """YAML file of the collector's sources and their secrets; empty: the open ones, under `write_key`."""
    delivery: Path | None = None
    """YAML file that says who is told of alerts beyond the console, and how; empty: nobody."""
    delivery_port: Port = 8484
    """Of the health and metrics of `rapport deliver`."""
    write_key: str = ""
    """With which SDKs and own programs send; empty: made once, kept in the data folder."""
    metrics_port: Port = 9464
    """Of the first worker's metrics, the next ones count up from it; 0: none."""
    identity_key: str = ""
    """The secret under which identifiers are hashed, at most 64 bytes; empty: made once, kept in the data folder."""
    identity_key_id: str = "k1"
    trace_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.01
    """Of the records that come without a W3C `traceparent`, the share that producers give one; 0: none."""
    log_format: Literal["console", "json"] = "console"

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        hidden = {name: "…" for name in SECRETS if getattr(self, name)} | {"clickhouse": address.shown(self.clickhouse)}
        return [(name, hidden.get(name, getattr(self, name))) for name in self.__struct_fields__]

    @property
    def cluster(self) -> Kafka:
        """The Kafka of these settings, as every client of it takes it."""
        return Kafka(
            self.kafka, self.kafka_security, self.kafka_mechanism, self.kafka_user, self.kafka_password, self.kafka_ca,
            self.kafka_cert, self.kafka_key, self.kafka_key_password, self.kafka_check_hostname,
        )  # fmt: skip

    @property
    def identity(self) -> IdentityKey:
        """The secret as `schemas.keys` takes it; SettingsError before `with_secrets` made it."""
        secret = self.identity_key.encode()
        if not 0 < len(secret) <= 64:
            raise SettingsError(f"identity_key has {len(secret)} bytes; it must have 1 to 64")
        return IdentityKey(self.identity_key_id, secret)

    @property
    def store_url(self) -> str:
        """Where the store answers SQL."""
        return f"http://127.0.0.1:{self.store_port}"


def read(environment: Mapping[str, str] = os.environ, folder: Path = Path()) -> Settings:
    """The settings of `folder/rapport.toml` (or the file that RAPPORT_CONFIG names) under the environment.

    SettingsError names what is unknown (with the nearest known name), has an impossible value, or does not
    go with another.
    """
    file = Path(environment.get(f"{PREFIX}CONFIG") or folder / "rapport.toml")
    found: dict[str, object] = {}
    if file.exists():
        found.update(_of_file(file))
    elif f"{PREFIX}CONFIG" in environment:
        raise SettingsError(f"{PREFIX}CONFIG names {file}, which does not exist")
    found.update(_of_environment(environment))
    try:
        settings = msgspec.convert(found, Settings, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise SettingsError(_where(str(error), environment, file)) from error
    fault = connection.fault(settings.cluster) or address.fault(settings.clickhouse)
    if (fault := fault or _no_proxy(settings.console_proxies)) is not None:
        raise SettingsError(fault)
    return settings


def with_secrets(settings: Settings) -> Settings:
    """The settings with both secrets; what is not set is made once and kept in the data folder, for its owner only."""
    return msgspec.structs.replace(
        settings,
        identity_key=settings.identity_key or _kept(settings.data / "identity.key"),
        store_token=settings.store_token or _kept(settings.data / "store.token"),
    )


def with_write_key(settings: Settings) -> Settings:
    """The settings with the collector's key; nobody else has to have it, so nobody else makes one."""
    key = settings.write_key or _kept(settings.data / "write.key")
    return msgspec.structs.replace(settings, write_key=key)


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as variables, for a process that must have exactly these."""
    values = {name: getattr(settings, name) for name in settings.__struct_fields__}
    files = dict.fromkeys((name + _FILE for name in SECRETS), "")
    return {PREFIX + name.upper(): "" if value is None else str(value) for name, value in {**values, **files}.items()}


def _no_proxy(named: str) -> str | None:
    """What is wrong with these proxies; None if nothing is."""
    for each in named.split():
        try:
            everywhere = ipaddress.ip_network(each).prefixlen == 0
        except ValueError as error:
            return f"console_proxies: {error}; name addresses and networks, such as 10.0.0.7 10.1.0.0/16"
        if everywhere:
            return f"console_proxies: {each} is everybody; name the proxies alone, or anybody may say where they are"
    return None


def _of_file(file: Path) -> dict[str, object]:
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: {error}") from error
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}; it must be a file that can be read, or be away") from error
    for name in found:
        if name not in _known():
            raise SettingsError(f"{file}: {name} is no setting{_nearest(name, _known())}")
    return _opened(found, lambda name: f"{file}: {name}")


def _of_environment(environment: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for variable, value in environment.items():
        name = variable.removeprefix(PREFIX)
        if name == variable or name in _ELSEWHERE or name.startswith(_TESTS):
            continue
        if name.lower() not in _known() or name != name.upper():
            known = [PREFIX + field.upper() for field in _known()]
            raise SettingsError(f"environment: {variable} is no setting{_nearest(variable, known)}; unset it")
        if value or name in ("KAFKA", "CLICKHOUSE"):
            found[name.lower()] = value
    return _opened(found, lambda name: PREFIX + name.upper())


def _known() -> list[str]:
    return [*Settings.__struct_fields__, *(name + _FILE for name in SECRETS)]


def _opened(found: dict[str, object], place: Callable[[str], str]) -> dict[str, object]:
    """The same with secrets in the place of the files that hold them; `place` says where a name stands."""
    for name in SECRETS:
        file = found.pop(name + _FILE, None)
        if not file:
            continue
        if found.get(name):
            raise SettingsError(f"{place(name)} and {place(name + _FILE)} are both set; unset one")
        try:
            found[name] = Path(str(file)).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{place(name + _FILE)}: {error}") from error
        if not found[name]:
            raise SettingsError(f"{place(name + _FILE)}: {file} is empty")
    return found


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {near[0]}?)" if near else ""


def _where(error: str, environment: Mapping[str, str], file: Path) -> str:
    what, _, path = error.partition(" - at `$.")
    name = path.rstrip("`")
    variable = PREFIX + name.upper()
    place = variable if variable in environment else f"{file}: {name}"
    choices = get_args(get_type_hints(Settings).get(name))
    allowed = f"; it is one of {', '.join(choices)}" if what.startswith("Invalid enum value") else ""
    return f"{place}: {what}{allowed}"


def _path(kind: type, value: object) -> Path:
    if isinstance(value, str):
        return Path(value)
    raise ValueError(f"Expected a path, got {value!r}")


def _kept(file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    with os.fdopen(descriptor, "w") as made:
        made.write(secrets.token_hex(24))
    return file.read_text().strip()
