"""What people say to the shop, by chat, telephone, complaint, idea and in public, and what staff answer."""

from __future__ import annotations

from producers.simulator.clock import HOUR_MS
from producers.simulator.floor import Floor
from producers.simulator.leaving import MINUTE, plain
from producers.simulator.people import Person
from producers.simulator.shop import CAUSES, POLICIES


def _speaks(floor: Floor, person: Person, at: int, session: str, noise: bool) -> None:
    plain(floor, person, at, "chat.message", "chat", f',"session_id":"{session}",{floor.words(person, noise)}')


def _replies(floor: Floor, person: Person, at: int, session: str) -> None:
    plain(floor, person, at, "chat.message", "chat", f',"initiator":"company","session_id":"{session}",'
           f'"staff_id":"{person.staff}",{floor.say(person, "answer")}')  # fmt: skip


def chat(floor: Floor, person: Person, at: int, noise: bool) -> None:
    session, random = f"c{floor.number()}", floor.chance.random
    _speaks(floor, person, at, session, noise)
    wait = 12_000 + int(90_000 * random()) if random() < 0.85 else int((0.1 + 5 * random()) * HOUR_MS)
    _replies(floor, person, at + wait, session)


def thread(floor: Floor, person: Person, at: int, noise: bool) -> None:
    session = f"c{floor.number()}"
    for n in range(2 + int(floor.chance.random() * 3)):
        _speaks(floor, person, at + n * 4 * MINUTE, session, noise)
        _replies(floor, person, at + n * 4 * MINUTE + 70_000, session)


def call(floor: Floor, person: Person, at: int, noise: bool) -> None:
    session, talk = f"p{floor.number()}", 60 + int(500 * floor.chance.random())
    plain(floor, person, at, "call.ringing", "phone", ',"properties":{"queue":"service"}')
    plain(floor, person, at + 20_000, "call.started", "phone",
           f',"session_id":"{session}","staff_id":"{person.staff}",{floor.words(person, noise)}')  # fmt: skip
    plain(floor, person, at + 20_000 + talk * 1000, "call.ended", "phone", f',"session_id":"{session}",'
           f'"staff_id":"{person.staff}","properties":{{"duration_s":{talk},"outcome":"answered"}}')  # fmt: skip


def escalate(floor: Floor, person: Person, at: int, noise: bool) -> None:
    call(floor, person, at, noise)
    plain(floor, person, at + 50_000, "call.transferred", "phone", ',"properties":{"to":"manager"}')
    if floor.chance.random() < 0.4:
        refusal(floor, person, at + 9 * MINUTE, noise)


def refusal(floor: Floor, person: Person, at: int, noise: bool) -> None:
    plain(floor, person, at, "agent.refused", "phone",
           f',"staff_id":"{person.staff}","properties":{{"policy_id":"{POLICIES["terms"][0]}"}}')  # fmt: skip


def complain(floor: Floor, person: Person, at: int, noise: bool) -> None:
    complaint, random = f"K{floor.number()}", floor.chance.random
    text = floor.say(person, "failure") if noise or random() < 0.5 else floor.words(person, noise)
    plain(floor, person, at, "complaint.opened", "email", f',"complaint_id":"{complaint}",{text},'
           f'"properties":{{"cause":"{CAUSES[int(random() * 5)]}"}}')  # fmt: skip
    outcome = '"fixed","satisfied":true' if random() < 0.6 else '"compensated","satisfied":false'
    plain(floor, person, at + int((4 + 60 * random()) * HOUR_MS), "complaint.resolved", "email",
           f',"complaint_id":"{complaint}","staff_id":"{person.staff}",'
           f'"properties":{{"outcome":{outcome}}}')  # fmt: skip


def policy_complaint(floor: Floor, person: Person, at: int, noise: bool) -> None:
    complaint, random = f"K{floor.number()}", floor.chance.random
    plain(floor, person, at, "complaint.opened", "phone",
           f',"complaint_id":"{complaint}",{floor.words(person, noise)},'
           f'"properties":{{"cause":"terms","policy_id":"{POLICIES["terms"][0]}"}}')  # fmt: skip
    plain(floor, person, at + int(30 * random() * HOUR_MS), "complaint.resolved", "phone",
           f',"complaint_id":"{complaint}","properties":{{"outcome":"refused","satisfied":false}}')  # fmt: skip
    if random() < 0.6:
        plain(floor, person, at + int((40 + 90 * random()) * HOUR_MS), "complaint.reopened", "phone",
               f',"complaint_id":"{complaint}",{floor.words(person, noise)}')  # fmt: skip


def suggest(floor: Floor, person: Person, at: int, noise: bool) -> None:
    number, random = floor.number(), floor.chance.random
    plain(floor, person, at, "feedback.suggested", "app",
           f',{floor.words(person, noise)},"properties":{{"suggestion_id":"G{number}"}}')  # fmt: skip
    if random() < 0.7:
        plain(floor, person, at + int((1 + 40 * random()) * HOUR_MS), "agent.answered", "email",
               f',"staff_id":"{person.staff}",{floor.say(person, "answer")},'
               f'"properties":{{"topic":"G{number}","answer":"passed on"}}')  # fmt: skip


def ask(floor: Floor, person: Person, at: int, noise: bool) -> None:
    session = f"c{floor.number()}"
    _speaks(floor, person, at, session, noise)
    plain(floor, person, at + 80_000, "agent.answered", "chat", f',"session_id":"{session}",'
           f'"staff_id":"{person.staff}","properties":{{"topic":"how","answer":"as in the guide"}}')  # fmt: skip


def reply(floor: Floor, person: Person, at: int, noise: bool) -> None:
    plain(floor, person, at, "message.replied", "email", f",{floor.words(person, noise)}")


def _social(floor: Floor, person: Person, at: int, type_: str, noise: bool) -> None:
    reach = int(floor.chance.paretovariate(1.2) * 40)
    plain(floor, person, at, type_, "social", f',{floor.words(person, noise)},"properties":{{"reach":{reach}}}')


def post(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _social(floor, person, at, "social.mentioned" if floor.chance.random() < 0.6 else "social.posted", noise)


def share(floor: Floor, person: Person, at: int, noise: bool) -> None:
    plain(floor, person, at, "social.shared", "social", ',"properties":{"reach":80}')
