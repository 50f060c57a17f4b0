"""What is counted of every touchpoint, whatever its kind: when, where, who began, how much, how new."""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import Final
from zlib import crc32

from schemas.records import Touchpoint
from streams.relationships import habits as h
from streams.relationships.counts import DAY_MS, ONE
from streams.relationships.habits import CLASSES, Amounts, Habits
from streams.texts.quoting import own_words

HOUR_MS: Final = 3_600_000
GAP_MS: Final = 30 * 60_000
"""Without a session's name a pause of half an hour ends it."""
ANSWER_MS: Final = 3 * DAY_MS
LONG: Final = 100
"""Letters of a long text; of a Chinese one a third."""
LAUNCH_MS: Final = 2 * HOUR_MS
BOUGHT: Final = frozenset({"purchase.made", "order.placed"})
SPOKEN: Final = frozenset({"message.sent", "call.started", "chat.message"})
ANSWERS: Final = frozenset({
    "message.opened", "message.clicked", "message.bounced", "message.unsubscribed", "call.ended", "consent.changed",
    "profile.updated", "identity.linked",
})  # fmt: skip
"""What comes of something we sent or asked, or refuses it: its hour is ours or chance, and no sign of craving."""
CHANNELS: Final[dict[str, int]] = {
    "phone": h.PHONE, "chat": h.CHAT, "social": h.SOCIAL, "store": h.STORE, "pos": h.STORE, "qr": h.STORE,
    "camera": h.STORE, "web": h.SCREEN, "app": h.SCREEN, "email": h.MAIL, "dm": h.MAIL, "sms": h.MAIL, "letter": h.MAIL,
}  # fmt: skip


def session_of(touchpoint: Touchpoint) -> int:
    """A mark of the session (for trade: of the order); 0 where there is none."""
    name = touchpoint.order_id or touchpoint.session_id
    return crc32(name.encode()) if name else 0


def occasion_of(habits: Habits, touchpoint: Touchpoint, at: int) -> int:
    """A mark of the occasion: the session, else the moment; of words without a session that of the latest occasion
    where it began no longer before than a pause: what is said in several lines is said once."""
    named, latest = session_of(touchpoint), habits.occasion & h.MARK
    if not named and touchpoint.text and (at - latest) & h.MARK <= GAP_MS:
        return latest
    return named or at & h.MARK


def theirs(
    habits: Habits, touchpoint: Touchpoint, at: int, local: int, launched: Mapping[str, int], found: Amounts
) -> bool:  # fmt: skip
    """Adds to `found` what a touchpoint that the customer began counts for; whether a new session began with it."""
    session = crc32(touchpoint.session_id.encode()) if touchpoint.session_id else 0
    fresh = habits.new_in(session, h.SESSION) if session else at - habits.last > GAP_MS
    if fresh:
        _begin(habits, touchpoint, at, local, found)
    if not habits.first or at < habits.first:
        habits.first = at
    habits.last = max(habits.last, at)
    if touchpoint.type in BOUGHT:
        fresh = _bought(habits, touchpoint, at, launched, found) or fresh
    if touchpoint.text and (words := own_words(touchpoint.text)):
        _spoke(habits, words, at, found)
    return fresh


def ours(habits: Habits, touchpoint: Touchpoint, at: int, found: Amounts) -> None:
    """Adds to `found` what a touchpoint that the company began counts for."""
    if touchpoint.type in SPOKEN:
        found.append((h.OURS, ONE))
    habits.ours_at = max(habits.ours_at, at)


def _begin(habits: Habits, touchpoint: Touchpoint, at: int, local: int, found: Amounts) -> None:
    found.append((h.SESSION, ONE))
    if touchpoint.type not in ANSWERS:
        hour = local // HOUR_MS % 24
        if hour >= 22 or hour < 5:
            found.append((h.NIGHT, ONE))
        elif hour >= 18:
            found.append((h.EVENING, ONE))
    if (slot := CHANNELS.get(touchpoint.channel)) is not None:
        found.append((slot, ONE))
    if habits.last and at > habits.last:
        days = (at - habits.last) / DAY_MS
        ln = log(1 + days)
        found += (
            (h.GAP_SHORT if days < 2 else h.GAP_WEEK if days < 10 else h.GAP_MONTH if days < 45 else h.GAP_LONG, ONE),
            (h.GAP_LOG, round(ONE * ln)), (h.GAP_SQUARE, round(ONE * ln * ln)),
        )  # fmt: skip
    if touchpoint.location_id:
        _visited(habits, crc32(touchpoint.location_id.encode()), found)


def _visited(habits: Habits, place: int, found: Amounts) -> None:
    if habits.visits == 0:
        habits.place = place
    habits.visits = min(63, habits.visits + 1) if place == habits.place else habits.visits - 1
    if place == habits.place:
        found.append((h.SAME_PLACE, ONE))


def _bought(habits: Habits, touchpoint: Touchpoint, at: int, launched: Mapping[str, int], found: Amounts) -> bool:
    order = session_of(touchpoint)
    fresh = habits.new_in(order, h.ORDER) if order else True
    if fresh:
        found.append((h.ORDER, ONE))
        if 0 <= at - launched.get("product.launched", 0) <= LAUNCH_MS:
            found.append((h.LAUNCHED, ONE))
    _once(habits, order, h.LINES, found)
    if touchpoint.amount and touchpoint.amount > 0:
        found.append((h.SPEND, min(1 << 20, round(ONE * touchpoint.amount))))
    if touchpoint.item_id:
        bit = 1 << crc32(touchpoint.item_id.encode()) % CLASSES
        _once(habits, order, h.REPEAT_ITEM if habits.items & bit else h.NEW_ITEM, found)
        habits.items |= bit
    if touchpoint.category:
        bit = 1 << crc32(touchpoint.category.encode()) % CLASSES
        if not habits.kinds & bit:
            _once(habits, order, h.NEW_KIND, found)
        habits.kinds |= bit
    return fresh


def _once(habits: Habits, order: int, slot: int, found: Amounts) -> None:
    """Once an order: a reseller's twenty lines are one purchase, and no hunger for the new."""
    if not order or habits.new_in(order, slot):
        found.append((slot, ONE))


def _spoke(habits: Habits, text: str, at: int, found: Amounts) -> None:
    found.append((h.TEXTS, ONE))
    if len(text) >= (LONG if text.isascii() else LONG // 3):
        found.append((h.LONG_TEXT, ONE))
    if 0 <= at - habits.ours_at <= ANSWER_MS and habits.ours_at:
        found.append((h.TWO_WAY, ONE))
