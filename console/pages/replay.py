"""For who changes the rules: runs over what has been, what differs between two of them, down to the record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, cast

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.accounts.masking import hidden
from console.desk.laboratory import SOURCES, Busy
from console.web.guard import Stop
from console.web.site import PART, Site
from console.web.viewer import Viewer
from replay import keeping
from replay.compare import Comparison, Differences, Group, group_of
from replay.source import ReplayError
from schemas import topics
from schemas.codec import decode_touchpoints
from schemas.records import Emitted, Touchpoint
from schemas.wire import output_to_json, touchpoint_to_json
from sinks.clickhouse.client import Parameter, StoreError
from streams.knowledge.document import KnowledgeError
from streams.knowledge.load import from_documents
from streams.knowledge.overriding import overridden

SHOWN: Final = 50
CHANGES: Final = 20
"""Lines of knowledge that one run may change."""
NAMELESS: Final = frozenset({
    "kind", "id", "name", "from", "to", "team", "state", "severity", "at", "values", "scope", "reasons", "permitted",
    "because", "due_at", "probability", "relationship", "knowledge", "partition", "offset",
})  # fmt: skip
"""What of an output is about nobody: all that who may see no customers is shown."""
WORDS: Final = "found"
"""What a signal calls the words that made it."""
RECORD: Final = (
    "SELECT value FROM log WHERE topic = {topic:String} AND partition = {partition:Int32} AND offset = {offset:Int64}"
    " ORDER BY inserted_at DESC LIMIT 1"
)


async def page(site: Site, request: Request, viewer: Viewer) -> Response:
    """All runs that are kept, those that go on, and a form for a new one."""
    if request.headers.get(PART) == "charts":
        return site.page(viewer, "runs.html", **await _runs(site))
    return await _page(site, viewer)


async def start(site: Site, request: Request, viewer: Viewer, form: dict[str, str]) -> Response:
    """A run by the rules as they stand with what is changed; what is no knowledge comes back with what is wrong."""
    del request
    source, text = form.get("source", ""), form.get("changes", "")
    if source not in SOURCES:
        raise Stop(400, "refused.source")
    changes = [line.strip() for line in text.splitlines() if line.strip()][:CHANGES]
    assert viewer.person is not None
    try:
        if changes:
            await asyncio.to_thread(lambda: from_documents(overridden(site.knowledge.documents, changes)))
        site.laboratory.start(site.settings, viewer.person.name, source, changes)
    except KnowledgeError as error:
        return await _page(site, viewer, 400, wrong=str(error), source=source, changes=text)
    except Busy:
        raise Stop(409, "refused.busy") from None
    return RedirectResponse("/replay", 303)


async def _page(
    site: Site, viewer: Viewer, status: int = 200, *, wrong: str = "", source: str = "", changes: str = ""
) -> Response:
    shown = await _runs(site)
    return site.page(viewer, "replay.html", status, wrong=wrong, source=source, changes=changes, **shown)


async def _runs(site: Site) -> dict[str, Any]:
    """Those that go on here, and those that are kept, the last ones first."""
    kept = await asyncio.to_thread(keeping.runs, site.settings.data)
    return {"runs": kept[: -SHOWN - 1 : -1], "going": site.laboratory.runs(), "sources": SOURCES}


async def compare(site: Site, request: Request, viewer: Viewer) -> Response:
    """What the second of two runs says differently, counted, with some of it to look at."""
    before, after = (request.query_params.get(name, "") for name in ("before", "after"))
    try:
        one, other = keeping.one(site.settings.data, before), keeping.one(site.settings.data, after)
    except ReplayError:
        raise Stop(404, "refused.run") from None
    found = await asyncio.to_thread(_between, site, one.id, other.id)
    return site.page(viewer, "compared.html", before=one, after=other, found=found, named=_names(viewer))


async def output(site: Site, request: Request, viewer: Viewer) -> Response:
    """One output of a run, and the record at which it came out."""
    run, name = request.path_params["run"], request.path_params["output"]
    try:
        kept = keeping.one(site.settings.data, run)
    except ReplayError:
        raise Stop(404, "refused.run") from None
    said = await asyncio.to_thread(keeping.output, site.settings.data, kept.id, name)
    if said is None:
        raise Stop(404, "refused.output")
    named = viewer.person is not None and viewer.person.may("customer")
    record = await asyncio.to_thread(_record, site, said)
    return site.page(
        viewer, "output.html", run=kept, output=said, shown=_facts(_told(said, named)), record=record,
        original=_facts(_original(record, named)), customer=said.customer_id if named else None,
        called=_names(viewer)(group_of(said)), kind=group_of(said).kind,
    )  # fmt: skip


def _between(site: Site, before: str, after: str) -> Differences:
    comparison = Comparison()
    for each in keeping.outputs(site.settings.data, after):
        comparison.add(each)
    return comparison.against(keeping.outputs(site.settings.data, before))


def _record(site: Site, said: Emitted) -> Touchpoint | None:
    """The touchpoint of the archive at whose place it came out; None where it is not there, or cannot be asked."""
    asked: dict[str, Parameter] = {"topic": topics.RESOLVED, "partition": said.partition, "offset": said.offset}
    try:
        values = cast("list[bytes]", list(site.store.query(RECORD, asked, binary=("value",))["value"]))
    except StoreError:
        return None
    found = decode_touchpoints(values)
    return found[0] if found and isinstance(found[0], Touchpoint) else None


def _names(viewer: Viewer) -> Callable[[Group], str]:
    """How the groups of outputs are called for this reader."""
    voice = viewer.voice
    by_kind: dict[str, Callable[[str], str]] = {
        "signal": voice.signal, "alert": voice.team, "shift": voice.relationship, "card": voice.relationship,
    }  # fmt: skip
    return lambda group: by_kind.get(group.kind, str)(group.name)


def _told(said: Emitted, named: bool) -> dict[str, object]:
    content = output_to_json(said)
    return content if named else _wordless({name: each for name, each in content.items() if name in NAMELESS})


def _wordless(content: dict[str, Any]) -> dict[str, object]:
    """Without the customer's words, which stand in the values of a signal and behind what a reason is called."""
    reasons = [each | {"what": str(each.get("what", "")).partition(": ")[0]} for each in content.get("because", ())]
    values = {name: value for name, value in content.get("values", {}).items() if name != WORDS}
    return content | {"because": reasons, "values": values}


def _original(record: Touchpoint | None, named: bool) -> dict[str, object]:
    if record is None:
        return {}
    content = hidden(touchpoint_to_json(record))
    kept = ("event_id", "type", "occurred_at", "channel", "initiator", "location_id", "category")
    return content if named else {name: content[name] for name in kept if name in content}


def _facts(content: object, under: str = "") -> list[tuple[str, str]]:
    """Every value with the path of names that leads to it, as it is called in the data dictionary; what is empty is
    left out.
    """
    if isinstance(content, dict):
        inner = [(f"{under}.{name}" if under else str(name), value) for name, value in content.items()]
    elif isinstance(content, list) and any(isinstance(each, dict | list) for each in content):
        inner = [(f"{under} {number}", value) for number, value in enumerate(content, start=1)]
    else:
        values = content if isinstance(content, list) else [content]
        told = " · ".join(each if isinstance(each, str) else msgspec.json.encode(each).decode() for each in values)
        return [(under, told)] if content not in (None, "", []) else []
    return [fact for name, value in inner for fact in _facts(value, name)]
