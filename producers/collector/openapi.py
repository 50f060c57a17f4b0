"""What the collector takes, for programs (`/openapi.json`) and for people (`/docs`): from routes and examples."""

from __future__ import annotations

import html
import inspect
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from producers.collector.adapter import Adapter, Answer, Route

EXAMPLES: Final = Path(__file__).resolve().parents[2] / "schemas" / "examples"
_NAME: Final = re.compile(r"\{(\w+)\}")
_ANSWERS: Final = {
    "200": "Kafka has all of it; of a batch the answer names what was rejected",
    "400": "no JSON, with its line and column; or the one event that was sent breaks the contract",
    "401": "a wrong key or signature", "413": "too large", "429": "too many; Retry-After says when to come again",
    "503": "Kafka has not acknowledged: nothing is accepted, and Retry-After says when to send it again",
}  # fmt: skip
_KINDS: Final = {
    ".json": "application/json", ".ndjson": "application/x-ndjson", ".xml": "application/xml",
    ".form": "application/x-www-form-urlencoded",
}  # fmt: skip

Json = dict[str, Any]


def pages(adapters: Sequence[Adapter], version: str, examples: Path = EXAMPLES) -> Mapping[str, Answer]:
    """Both, made once."""
    found = document(adapters, version, examples)
    described = Answer(200, msgspec.json.encode(found), (("content-type", "application/json"),))
    read = Answer(200, page(found).encode(), (("content-type", "text/html; charset=utf-8"),))
    return {"/openapi.json": described, "/docs": read, "/": read}


def document(adapters: Sequence[Adapter], version: str, examples: Path = EXAMPLES) -> Json:
    """The OpenAPI document of these adapters."""
    paths: dict[str, Json] = {}
    for adapter in adapters:
        files = _files(examples / adapter.name)
        for route in adapter.routes:
            paths.setdefault(route.path, {})[route.method.lower()] = _operation(adapter, route, files)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Rapport collector", "version": version, "description": "Touchpoints come in here."},
        "tags": [{"name": each.name, "description": inspect.getdoc(type(each)) or ""} for each in adapters],
        "paths": paths,
        "components": {"securitySchemes": {
            "basic": {"type": "http", "scheme": "basic", "description": "the write key as user, no password"},
            "bearer": {"type": "http", "scheme": "bearer", "description": "the write key"},
        }},
    }  # fmt: skip


def _operation(adapter: Adapter, route: Route, files: Mapping[str, Path]) -> Json:
    found: Json = {
        "tags": [adapter.name],
        "responses": {status: {"description": words} for status, words in _ANSWERS.items()},
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in _NAME.findall(route.path)
        ],
    }
    if route.method == "POST":
        content: dict[str, Json] = {}
        for name, file in _of(route, adapter, files).items():
            kind = content.setdefault(_KINDS.get(file.suffix, "text/plain"), {"examples": {}})
            text = file.read_text(encoding="utf-8", errors="replace")
            kind["examples"][name] = {"value": msgspec.json.decode(text) if file.suffix == ".json" else text}
        found["requestBody"] = {"required": True, "content": content or {"application/json": {}}}
    return found


def _files(folder: Path) -> dict[str, Path]:
    """Examples by name; what becomes of each stands beside it as `<name>.expected.json`."""
    found: dict[str, Path] = {}
    for file in sorted(folder.glob("*")):
        if file.is_file() and not file.name.endswith(".expected.json") and _sound(file):
            found[file.stem] = file
    return found


def _sound(file: Path) -> bool:
    """An example may be one of what is refused."""
    if file.suffix != ".json":
        return True
    try:
        msgspec.json.decode(file.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def _of(route: Route, adapter: Adapter, files: Mapping[str, Path]) -> dict[str, Path]:
    """Those of a route: named after the end of its path (`track-added`), else those that are named after none."""
    ends = {each.path.rpartition("/")[2] for each in adapter.routes}
    own = route.path.rpartition("/")[2]
    named = {name: file for name, file in files.items() if name.partition("-")[0] == own}
    return named or {name: file for name, file in files.items() if name.partition("-")[0] not in ends}


def page(found: Json) -> str:
    """The document as a page that needs nothing but itself."""
    parts = [f"<h1>{found['info']['title']}</h1><p>Version {html.escape(found['info']['version'])}."]
    parts.append("For programs: <a href='/openapi.json'>/openapi.json</a>.</p>")
    for tag in found["tags"]:
        parts.append(f"<h2>{html.escape(tag['name'])}</h2><p>{html.escape(tag['description'])}</p>")
        for path, methods in found["paths"].items():
            for method, operation in methods.items():
                if tag["name"] in operation["tags"]:
                    parts.append(_section(method.upper(), path, operation))
    answers = "".join(f"<tr><td>{status}<td>{html.escape(words)}" for status, words in _ANSWERS.items())
    return _PAGE.format(body="\n".join(parts), answers=answers)


def _section(method: str, path: str, operation: Json) -> str:
    shown = [f"<h3><code>{method} {html.escape(path)}</code></h3>"]
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        for name, example in content.get("examples", {}).items():
            value = example["value"]
            text = value if isinstance(value, str) else msgspec.json.format(msgspec.json.encode(value)).decode()
            what = f"{html.escape(name)} ({kind})"
            shown.append(f"<details><summary>{what}</summary><pre>{html.escape(text)}</pre></details>")
    return "".join(shown)


_PAGE: Final = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Rapport collector</title>
<meta name="viewport" content="width=device-width"><style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }}
pre {{ background: #8881; padding: .75rem; overflow-x: auto; }} h3 {{ margin: 1rem 0 .25rem; }}
td {{ padding: 0 1rem 0 0; }}
</style>{body}<h2>Answers</h2><table>{answers}</table></html>
"""
