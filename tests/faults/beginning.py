"""Where every run of the machine begins: rooms full of loose ends, told once for all runs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from tests.faults.act_disputes import DisputeActs
from tests.faults.act_money import MoneyActs
from tests.faults.act_terms import TermsActs
from tests.faults.act_work import WorkActs
from tests.faults.actor import PEOPLE
from tests.faults.model import CLIENT, FREELANCER
from tests.faults.model_world import World


class Told(TermsActs, MoneyActs, WorkActs, DisputeActs):
    """A board to act on."""

    def __init__(self, session: Session, world: World, minutes: int) -> None:
        super().__init__()
        self.session, self.world, self.minutes = session, world, minutes
        self.done = self.refused = self.steps = 0

    @property
    def last_pay(self) -> str:
        return list(self.world.pays)[-1]

    def pays(self, room: str, works: list[str], received: int) -> None:
        """By bank, and so much comes."""
        self.fund(room, works, "bank", CLIENT)
        self.confirm(self.last_pay, received, "operator")


@dataclass
class Start:
    """What was told: a transaction that is open, the model of it, and who is who."""

    session: Session
    world: World
    minutes: int
    people: dict[str, str]


def begin(session: Session) -> Start:
    """Tell it, and see after each act that the board and the model agree."""
    told = Told(session, World(), 0)
    told.people = {side: make(session) for side, make in PEOPLE.items()}
    told.charge(2500, 120)
    _client_changes(told, _half_paid(told, "USD", days=7))
    _freelancer_changes(told, _half_paid(told, "JPY", days=None))
    _first_terms_wait(told)
    told.charge(0, 0)
    _end_is_asked_for(told)
    told.charge(33_333, 1)
    _disputed(told)
    _overtaken(told, by="a part")
    _overtaken(told, by="a dispute")
    told.ask_payout(FREELANCER, "USD", 500)
    ids = {side: person.id for side, person in told.people.items()}
    return Start(session, told.world, told.minutes, ids)


def _half_paid(told: Told, currency: str, days: int | None) -> str:
    """Submitted, a checkpoint, funded, half paid and half released; payments were given up."""
    name = told.post_and_select(currency, (7500, 0, 10_000, 2501, 4000))
    room = told.world.rooms[name]
    told.save(name, CLIENT, [("move", 0, 0)], days)
    told.send(name, CLIENT)
    told.accept(name, room.terms[0], FREELANCER)
    first, _, funded, half, parted = room.works
    told.fund(name, [funded], "bank", CLIENT)
    told.cancel_payment(told.last_pay, CLIENT)
    told.pays(name, [first, funded, parted], 22_800)
    told.submit(first, FREELANCER)
    told.submit(parted, FREELANCER)
    told.release_part(list(room.handed)[-1], 1500, "ask_back", CLIENT)
    told.pays(name, [half], 1000)
    told.fund(name, [half], "bank", CLIENT)
    told.cancel_payment(told.last_pay, CLIENT)
    told.fund(name, [half], "bank", CLIENT)
    told.bonus(name, 900, "bank", CLIENT)
    return name


def _client_changes(told: Told, name: str) -> None:
    """A change with prefunds came to nothing; another waits, which raises what is half paid."""
    room = told.world.rooms[name]
    for count in range(2):
        told.save(name, CLIENT, [("price", 3, 4000 + count), ("add", 1, 3000)], 7)
        told.send(name, CLIENT)
        terms = room.terms[-1]
        raised, added = terms.rows[3], terms.rows[-1]
        told.prefund(name, terms, [raised], "bank", CLIENT)
        told.confirm(told.last_pay, 3000 + count, "operator")
        told.prefund(name, terms, [added], "bank", CLIENT)
        if not count:
            told.withdraw_terms(name, terms, CLIENT)


def _freelancer_changes(told: Told, name: str) -> None:
    """What two payments brought was lowered; the freelancer would leave out more,

    and let what was released in part be all.
    """
    told.confirm(list(told.world.pays)[-2], 1000, "operator")
    told.save(name, FREELANCER, [("price", 3, 1500)], None)
    told.send(name, FREELANCER)
    told.accept(name, told.world.rooms[name].terms[-1], CLIENT)
    told.save(name, FREELANCER, [("price", 2, 8000), ("delete", 3, 0), ("price", 3, 1500)], 3)
    told.send(name, FREELANCER)


def _first_terms_wait(told: Told) -> None:
    """Nothing is agreed yet, and some is paid for; too much came."""
    name = told.post_and_select("BHD", (5000, 1001))
    told.send(name, CLIENT)
    terms = told.world.rooms[name].terms[0]
    told.prefund(name, terms, [terms.rows[0]], "bank", CLIENT)
    told.confirm(told.last_pay, 6000, "operator")
    told.prefund(name, terms, [terms.rows[1]], "bank", CLIENT)


def _end_is_asked_for(told: Told) -> None:
    """Little is held, nothing is submitted, and the client would rather end it."""
    name = told.post_and_select("USD", (3000, 1000))
    told.send(name, CLIENT)
    told.accept(name, told.world.rooms[name].terms[0], FREELANCER)
    told.pays(name, [next(iter(told.world.rooms[name].works))], 3000)
    told.bonus(name, 700, "bank", CLIENT)
    told.ask_to_end(name, CLIENT)


def _disputed(told: Told) -> None:
    """Three disputes: waiting for an answer, offers to and fro, before the arbiter; and a change

    that waits and would use what becomes free. The fee divides nothing evenly.
    """
    name = told.post_and_select("USD", (5000, 4001, 3000, 2000, 1500))
    room = told.world.rooms[name]
    told.save(name, CLIENT, [], 7)
    told.send(name, CLIENT)
    told.accept(name, room.terms[0], FREELANCER)
    works = list(room.works)
    told.pays(name, works[:4], 14_001)
    told.submit(works[1], FREELANCER)
    for work, side, amount in (
        (works[0], CLIENT, 2000),
        (works[1], FREELANCER, 4001),
        (works[2], CLIENT, 3000),
    ):
        told.dispute(room, work, side, amount)
    for work in works[1:3]:
        key, quarrel = next(iter(room.works[work].quarrels.items()))
        told.answer(room, work, key, "client" if quarrel.side == FREELANCER else FREELANCER)
        told.offer(room, work, key, CLIENT, 1001)
    told.call(room, works[2], key, FREELANCER)
    told.take_on(room, works[2], key, "operator")
    told.save(name, CLIENT, [("price", 3, 1200), ("price", 4, 2600)], 7, rolls=True)
    told.send(name, CLIENT)


def _overtaken(told: Told, by: str) -> None:
    """Terms that wait would take away what has been paid since, or change what is in dispute."""
    name = told.post_and_select("JPY", (4000, 1000))
    room = told.world.rooms[name]
    told.send(name, CLIENT)
    told.accept(name, room.terms[0], FREELANCER)
    work = next(iter(room.works))
    told.pays(name, [work], 4000)
    told.submit(work, FREELANCER)
    told.save(name, CLIENT, [("price", 0, 2500)], None)
    told.send(name, CLIENT)
    if by == "a part":
        told.release_part(next(iter(room.handed)), 2501, "keep", CLIENT)
    else:
        told.dispute(room, work, FREELANCER, 700)
