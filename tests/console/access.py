"""Who may do and see what in the console: one table, asked over HTTP cell by cell, and printed in docs/access.md.

`python -m tests.console.access` writes the table anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

from console.accounts.roles import ROLES
from console.desk.acting import TYPES
from tests.conftest import ROOT
from tests.console.world import PASSWORD

NOBODY: Final = "nobody"
WHO: Final = (NOBODY, *ROLES)
DOC: Final = ROOT / "docs" / "access.md"
BEGIN, END = "<!-- table -->\n", "<!-- end of table -->"

Scope: TypeAlias = Literal["no", "desk", "all"]
Sight: TypeAlias = Literal["nothing", "masked", "reason", "nameless", "staff", "keys"]


class Cell(NamedTuple):
    """`desk`: what stands on one's own desk. `nothing`: nothing about any customer is in the answer; `masked`: contact
    data and what customers told of themselves are not; `reason`: they are, once a reason is on record; `nameless`: no
    customer, no words of theirs and nobody of staff; `staff`: staff by name, and no customer; `keys`: customers by the
    key that the line knows them by, and no words of theirs.
    """

    scope: Scope
    sight: Sight = "nothing"

    @property
    def told(self) -> str:
        scope = {"no": "–", "desk": "own desk", "all": "yes"}[self.scope]
        sight = {
            "nothing": "", "masked": "masked", "reason": "with a reason", "nameless": "without names and words",
            "staff": "staff by name", "keys": "customers by key",
        }[self.sight]  # fmt: skip
        return ", ".join(filter(None, (scope if self.scope != "all" or not sight else "", sight)))


class Row(NamedTuple):
    """A route, what it is, a cell for each of `WHO`, and how it is asked.

    `others` are the same for what stands on another desk; `status` is of an answer to who may. `alters` False: it only
    looks, and is a form so that what somebody looks for stands in no address line.
    """

    method: str
    path: str
    what: str
    cells: tuple[Cell, ...]
    asks: tuple[str, ...]
    others: tuple[str, ...] = ()
    form: Mapping[str, str] = {}
    status: tuple[int, ...] = (200,)
    alters: bool = True

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


NO, YES, DESK = Cell("no"), Cell("all"), Cell("desk")
DESK_MASKED, DESK_REASON = Cell("desk", "masked"), Cell("desk", "reason")
MASKED, REASON, NAMELESS, STAFF, KEYS = (
    Cell("all", "masked"), Cell("all", "reason"), Cell("all", "nameless"), Cell("all", "staff"), Cell("all", "keys"),
)  # fmt: skip

#                  nobody associate agent manager analyst admin
EVERYBODY: Final = (YES, YES, YES, YES, YES, YES)
DESKS: Final = (NO, DESK, DESK, DESK, NO, DESK)
LISTS: Final = (NO, DESK_MASKED, DESK_MASKED, DESK_MASKED, NO, DESK_MASKED)
CARDS: Final = (NO, DESK_MASKED, DESK_REASON, DESK_REASON, NO, DESK_REASON)
NUMBERS: Final = (NO, NO, NO, YES, YES, YES)
RUNS: Final = (NO, NO, NO, NO, YES, YES)
CUSTOMERS: Final = (NO, NO, YES, YES, NO, YES)

FORM: Final[Mapping[str, str]] = {
    "reason": "the parcel came back", "note": "asked again", "minutes": "15", "to": "conflict", "root_cause": "stock",
    "action": "sent another", "source": "archive", "changes": "", "lang": "en", "back": "/", "nonce": "n",
}  # fmt: skip
ANNA: Final = {**FORM, "customer_id": "c-anna"}

TABLE: Final = (
    Row("GET", "/health", "whether it is well", EVERYBODY, ("/health",)),
    Row("GET", "/metrics", "what it measures of itself", EVERYBODY, ("/metrics",)),
    Row("GET", "/static", "styles and script", EVERYBODY, ("/static/console.css",)),
    Row("GET", "/", "to where one's day begins", EVERYBODY, ("/",), status=(303,)),
    Row("GET", "/login", "the door", EVERYBODY, ("/login",), status=(200, 303)),
    Row("POST", "/login", "coming in", EVERYBODY, ("/login",), form={"name": "agent", "password": PASSWORD},
        status=(303,)),
    Row("POST", "/logout", "going out", EVERYBODY, ("/logout",), status=(303,)),
    Row("POST", "/like", "language and theme", EVERYBODY, ("/like",), form=FORM, status=(303,)),
    Row("GET", "/inbox", "the list of alerts", LISTS, ("/inbox",)),
    Row("GET", "/inbox/{alert_id}", "an alert's card", CARDS, ("/inbox/mine",), ("/inbox/of-store", "/inbox/of-south")),
    Row("POST", "/inbox", "looking for words in it", LISTS, ("/inbox",), form={"q": "parcel"}, alters=False),
    Row("GET", "/events", "changes of alerts as they come", LISTS, ("/events?since={epoch}.0",)),
    Row("POST", "/alerts/{alert_id}/{action}", "take, snooze, hand on, escalate, resolve, follow up", DESKS,
        tuple(f"/alerts/mine-{action}/{action}" for action in TYPES),
        tuple(f"/alerts/{alert}/{action}" for action in TYPES for alert in ("of-store", "of-south")),
        FORM, (303,)),
    Row("GET", "/customers", "where a customer is asked for", CUSTOMERS, ("/customers",)),
    Row("POST", "/customers", "finding a customer", CUSTOMERS, ("/customers",), form={"q": "c-anna"}, status=(303,),
        alters=False),
    Row("GET", "/customers/{customer_id:path}", "a customer: relationship, words, what they told of themselves",
        (NO, DESK_MASKED, REASON, REASON, NO, REASON), ("/customers/c-anna",), ("/customers/c-bert",)),
    Row("POST", "/reveal", "contact data in clear, for a reason that is kept", CUSTOMERS,
        ("/reveal",), ("/reveal",), ANNA, (303,)),
    Row("POST", "/notes", "a note on a customer", (NO, DESK, YES, YES, NO, YES),
        ("/notes",), ("/notes",), ANNA, (303,)),
    Row("GET", "/live", "the live picture", NUMBERS, ("/live", "/live?window=7d&until=2026-01-01T00:00")),
    Row("GET", "/portfolio", "customers in numbers; the week's digest, also as a file", NUMBERS,
        ("/portfolio", "/portfolio?file=1")),
    Row("GET", "/portfolio/treatment", "how we treat them; what our people broke and mended",
        (NO, NO, NO, STAFF, NAMELESS, STAFF), ("/portfolio/treatment",)),
    Row("GET", "/portfolio/effects", "what it brings", NUMBERS, ("/portfolio/effects",)),
    Row("GET", "/portfolio/policy", "a change of policy; whom to ask first",
        (NO, NO, NO, KEYS, NAMELESS, KEYS), ("/portfolio/policy",)),
    Row("GET", "/replay", "runs that are kept", RUNS, ("/replay",)),
    Row("POST", "/replay", "starting a run", RUNS, ("/replay",), form=FORM, status=(303,)),
    Row("GET", "/replay/compare", "two runs compared", RUNS, ("/replay/compare?before={run}&after={run}",)),
    Row("GET", "/replay/{run}/{output}", "what a run said, and the record at which it said it",
        (NO, NO, NO, NO, NAMELESS, MASKED), ("/replay/{run}/{output}",)),
    Row("GET", "/operations", "stations, dead letters, accounts, who saw whose contact data",
        (NO, NO, NO, NO, NO, MASKED), ("/operations",)),
    Row("POST", "/letters/{letter}/replay", "sending a dead letter again", (NO, NO, NO, NO, NO, YES),
        ("/letters/l1/replay",), status=(303,)),
)  # fmt: skip


def written() -> str:
    """The table as the docs show it."""
    lines = ["| | " + " | ".join(WHO) + " |", "|---" * (len(WHO) + 1) + "|"]
    for row in TABLE:
        lines.append(f"| `{row.name}` {row.what} | " + " | ".join(cell.told for cell in row.cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    before, rest = DOC.read_text(encoding="utf-8").split(BEGIN)
    DOC.write_text(before + BEGIN + written() + END + rest.split(END)[1], encoding="utf-8")
