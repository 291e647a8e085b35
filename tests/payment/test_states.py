"""States: promises, disputes and parts change when an item is expected, by what became of those before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from solvent.base.terms import Policy
from solvent.books.books import Books, Ledger, open_books
from solvent.files.sample import Plan, generate
from solvent.payment.books import items_of
from solvent.payment.champion import Choice
from solvent.payment.chances import chances
from solvent.payment.curves import predict
from solvent.payment.dependence import Dependence
from solvent.payment.grid import Floats
from solvent.payment.history import history
from solvent.payment.laws import DEFAULTS, fit
from solvent.payment.payment import Payment, learn
from solvent.payment.states.disputes import Disputed, Settling, disputed_chances, running
from solvent.payment.states.disputes import learned as settling_of
from solvent.payment.states.parts import Rests, part_days, rest_chances
from solvent.payment.states.parts import learned as rests_of
from solvent.payment.states.promises import LEADS, outcomes, promised_chances, standing, word
from solvent.payment.states.waits import MOST, after_another, counted, memoryless

BooksOf = Callable[..., Books]

BOOK = """
item_id customer_id issued_on  due_on     amount
a       lantern     2026-01-05 2026-02-04 100
b       lantern     2026-01-10 2026-02-10 50
c       lantern     2026-03-20 2026-04-20 70
d       kettle      2026-01-10 2026-02-10 40
e       kettle      2026-01-10 2026-02-12 60
"""
MONEY = """
receipt_id customer_id received_on amount
r1         lantern     2026-02-16  100
r2         lantern     2026-02-20  20
r3         lantern     2026-03-02  30
r4         kettle      2026-02-24  45
"""
APPLIED = """
allocation_id item_id source  source_id allocated_on amount
x1            a       receipt r1        2026-02-16   100
x2            b       receipt r2        2026-02-20   20
x3            b       receipt r3        2026-03-02   30
x4            d       receipt r4        2026-02-24   40
x5            e       receipt r4        2026-02-24   5
"""


def books_with(books_of: BooksOf, as_of: str = "2026-03-31", **tables: str) -> Books:
    return books_of(as_of, open_items=BOOK, receipts=MONEY, allocations=APPLIED, **tables)


def told_of(books: Books) -> dict[str, tuple[int, int, str]]:
    frame = outcomes(books).select("promise_id", "promised", "paid", "outcome")
    return {row[0]: row[1:] for row in frame.iter_rows()}


PROMISES = """
promise_id customer_id item_id made_on    promised_on amount withdrawn_on
on_the_day lantern     a       2026-02-10 2026-02-16  100    -
a_day_less lantern     a       2026-02-10 2026-02-15  100    -
all_of_it  lantern     b       2026-02-15 2026-02-28  -      -
the_rest   lantern     b       2026-02-21 2026-03-02  -      -
taken_back lantern     b       2026-02-15 2026-02-19  50     2026-02-18
too_late   lantern     b       2026-02-15 2026-02-19  50     2026-02-20
account    kettle      -       2026-02-20 2026-02-26  45     -
all_due    kettle      -       2026-02-20 2026-02-26  -      -
to_come    lantern     c       2026-03-25 2026-04-03  70     -
"""


def test_a_promise_is_kept_when_the_money_is_there_by_the_end_of_its_day(books_of: BooksOf) -> None:
    assert told_of(books_with(books_of, promises=PROMISES)) == {
        "on_the_day": (10_000, 10_000, "kept"),
        "a_day_less": (10_000, 0, "broken"),
        "all_of_it": (5000, 2000, "partly"),
        "the_rest": (3000, 3000, "kept"),
        "too_late": (5000, 0, "broken"),
        "account": (4500, 4500, "kept"),
        "all_due": (10_000, 4500, "partly"),
    }, "what was taken back before its day, or is still to come, is not judged"


PLAN = """
promise_id customer_id item_id made_on    promised_on currency amount
one        lantern     -       2026-02-10 2026-02-18  CNY      50
two        lantern     -       2026-02-10 2026-02-25  CNY      50
three      lantern     -       2026-02-10 2026-03-05  CNY      50
"""


def plan_of(books_of: BooksOf, money: str) -> dict[str, tuple[int, str, date | None]]:
    """What became of three instalments of 50, where so much came on so many days."""
    lines = [line.split() for line in money.split(",") if line]
    receipts = "".join(f"r{no} lantern {on} {amount}\n" for no, (on, amount) in enumerate(lines))
    books = books_of(
        "2026-03-31",
        open_items=BOOK,
        promises=PLAN,
        **({"receipts": "receipt_id customer_id received_on amount\n" + receipts} if lines else {}),
    )
    frame = outcomes(books).select("promise_id", "paid", "outcome", "came_on")
    return {row[0]: row[1:] for row in frame.iter_rows()}


def test_money_that_paid_one_instalment_does_not_pay_the_next(books_of: BooksOf) -> None:
    """Three times 50: by hand, 50 in all by the first day, 100 by the second, 150 by the third."""
    first = date(2026, 2, 17)
    assert plan_of(books_of, "2026-02-17 50") == {
        "one": (5000, "kept", first), "two": (0, "broken", None), "three": (0, "broken", None)
    }  # fmt: skip
    assert plan_of(books_of, "2026-02-17 150") == {
        "one": (15_000, "kept", first), "two": (10_000, "kept", first), "three": (5000, "kept", first)
    }, "what comes at once is there for all of them"  # fmt: skip
    assert plan_of(books_of, "2026-02-20 50,2026-03-04 50") == {
        "one": (0, "broken", None), "two": (0, "broken", None), "three": (0, "broken", None)
    }, "money that comes after the first day is for the first instalment all the same"  # fmt: skip
    second = date(2026, 2, 24)
    assert plan_of(books_of, "2026-02-17 50,2026-02-24 30,2026-03-05 70") == {
        "one": (5000, "kept", first), "two": (3000, "partly", second), "three": (5000, "kept", date(2026, 3, 5))
    }, "the 20 that lacked of the second came with the third: the customer is back on its plan"  # fmt: skip
    assert plan_of(books_of, "") == dict.fromkeys(("one", "two", "three"), (0, "broken", None))


@pytest.mark.parametrize(("amounts", "outcome"), [((49.5, 49.5), "kept"), ((49.5, 49.49), "partly")])
def test_the_tolerance_of_a_plan_is_of_all_that_was_to_be_there(
    books_of: BooksOf, amounts: tuple[float, float], outcome: str
) -> None:
    told = plan_of(books_of, f"2026-02-18 {amounts[0]},2026-02-25 {amounts[1]}")
    assert (told["one"][1], told["two"][1]) == ("kept", outcome)


def test_instalments_on_one_item_beside_the_same_money_promised_twice(books_of: BooksOf) -> None:
    """On b, of 50, came 20 by 20 February and 30 more by 2 March."""
    head = "promise_id customer_id item_id made_on promised_on amount\n"
    parts = head + "one lantern b 2026-02-15 2026-02-20 20\ntwo lantern b 2026-02-15 2026-02-28 30\n"
    assert told_of(books_with(books_of, promises=parts)) == {"one": (2000, 2000, "kept"), "two": (3000, 0, "broken")}
    again = head + "one lantern b 2026-02-15 2026-02-20 50\ntwo lantern b 2026-02-15 2026-03-02 50\n"
    assert told_of(books_with(books_of, promises=again)) == {"one": (5000, 2000, "partly"), "two": (5000, 5000, "kept")}


def test_each_instalment_to_come_covers_items_of_its_own(books_of: BooksOf) -> None:
    """Of kettle 55 stands open on one item: 20 in April, 25 in May, and 10 for which nobody gave a word."""
    promises = """
promise_id customer_id item_id made_on    promised_on currency amount
over       kettle      -       2026-02-26 2026-03-15  CNY      10
april      kettle      -       2026-02-26 2026-04-15  CNY      20
may        kettle      -       2026-02-26 2026-05-15  CNY      25
"""
    books = books_with(books_of, promises=promises)
    items = history(books).filter(pl.col("end").is_null())
    rows = standing(books, items).select("item_id", "promised_on", "amount", "instalments").rows()
    april, may = date(2026, 4, 15), date(2026, 5, 15)
    parts = [{"promised_on": april, "amount": 2000}, {"promised_on": may, "amount": 2500}]
    assert rows == [("e", may, 4500, parts)]
    two = BOOK.replace("e       kettle      2026-01-10 2026-02-12 60", "e kettle 2026-01-10 2026-02-12 35\n"
                       "f kettle 2026-01-12 2026-02-14 25")  # fmt: skip
    books = books_of("2026-03-31", open_items=two, receipts=MONEY, allocations=APPLIED, promises=promises)
    items = history(books).filter(pl.col("end").is_null())
    told = standing(books, items).sort("item_id").explode("instalments", empty_as_null=False)
    assert told.select("item_id", pl.col("instalments").struct.unnest()).rows() == [
        ("e", april, 2000), ("e", may, 1000), ("f", may, 1500)
    ], "the second goes on where the first ends"  # fmt: skip


def test_what_came_already_is_not_to_come_again(books_of: BooksOf) -> None:
    """Kettle paid 45 on 24 February, in the middle of a plan of 40 and 30: 25 of the second are to come."""
    promises = """
promise_id customer_id item_id made_on    promised_on currency amount
first      kettle      -       2026-02-20 2026-04-02  CNY      40
second     kettle      -       2026-02-20 2026-04-09  CNY      30
"""
    books = books_with(books_of, promises=promises)
    items = history(books).filter(pl.col("end").is_null())
    assert standing(books, items).select("item_id", "promised_on", "amount").rows() == [("e", date(2026, 4, 9), 2500)]


@pytest.mark.parametrize(("amount", "outcome"), [("101.01", "kept"), ("101.02", "partly")])
def test_the_tolerance(books_of: BooksOf, amount: str, outcome: str) -> None:
    row = f"promise_id customer_id item_id made_on promised_on amount\np lantern a 2026-02-10 2026-02-16 {amount}"
    assert told_of(books_with(books_of, promises=row))["p"][2] == outcome


def test_a_word_is_worth_what_words_were_worth(books_of: BooksOf) -> None:
    """Nine promises of ten kept by one customer, one of ten by another; a third never gave one."""
    rows = [
        (place, who, "kept" if (place < 9) == (who == 0) else "broken", date(2026, 1, 5), date(2026, 1, 7))
        for who in (0, 1)
        for place in range(10)
    ]
    told = pl.DataFrame(rows, schema=["promise_id", "customer_no", "outcome", "came_on", "promised_on"], orient="row")
    learned = word(told, 3)
    assert learned.kept.tolist() == pytest.approx([(9 + 2.5) / 15, (1 + 2.5) / 15, 0.5])
    assert learned.weight.tolist() == pytest.approx([15 / 20, 15 / 20, 0.5])
    assert learned.leads[0] == pytest.approx(1 / 3), "five of the prior on the day itself, ten seen two days early"
    assert learned.leads[2] == pytest.approx(1.0)
    none = word(told.clear(), 2)
    assert none.kept.tolist() == [0.5, 0.5]
    assert none.leads.tolist() == [1.0] * (LEADS + 1)


def test_the_promises_that_stand(books_of: BooksOf) -> None:
    """The latest on an item; on an account the oldest items due by then, as far as its amount goes."""
    promises = """
promise_id customer_id item_id made_on    promised_on amount withdrawn_on
first      lantern     c       2026-03-20 2026-04-02  70     -
latest     lantern     c       2026-03-25 2026-04-09  30     -
withdrawn  lantern     c       2026-03-28 2026-04-12  70     2026-03-30
over       lantern     c       2026-03-28 2026-03-31  70     -
account    kettle      -       2026-03-25 2026-04-08  45     -
"""
    books = books_with(books_of, promises=promises)
    items = history(books).filter(pl.col("end").is_null())
    rows = standing(books, items).select("item_id", "promised_on", "amount").sort("item_id").rows()
    assert rows == [("c", date(2026, 4, 9), 3000), ("e", date(2026, 4, 8), 4500)]
    more = "promise_id customer_id item_id made_on promised_on amount\nother kettle - 2026-03-25 2026-04-08 -"
    rows = standing(books_with(books_of, promises=more), items).select("item_id", "amount").rows()
    assert rows == [("e", 5500)], "no amount: all that is due by then"


def flat(days: int, by_end: float = 0.8, rows: int = 1) -> Floats:
    """Chances that grow evenly to ``by_end``."""
    return np.tile(np.linspace(0.0, by_end, days), (rows, 1))


def test_a_promise_by_hand() -> None:
    """Half of the promises are kept, on the day; a broken one leaves the item's own law from that day on."""
    told = promised_chances(flat(41), np.array([10]), np.array([0.5]), np.ones(1), np.ones(LEADS + 1))[0]
    assert told[:10].tolist() == [0.0] * 10
    assert told[10] == pytest.approx(0.5)
    assert told[40] == pytest.approx(0.5 + 0.5 * (0.8 - 0.2) / (1.0 - 0.2))
    half = promised_chances(flat(41), np.array([10]), np.array([0.5]), np.full(1, 0.5), np.ones(LEADS + 1))[0]
    assert half == pytest.approx((told + flat(41)[0]) / 2)


def test_a_word_that_mostly_came_early_counts_for_less_when_nothing_has_come() -> None:
    """Kept 0.8, half of it three days early. A day before the promise the early half has not come: 0.4 of 0.6."""
    leads = np.concatenate([np.full(3, 0.5), np.ones(LEADS - 2)])
    told = promised_chances(flat(20, 0.0, 2), np.array([1, 10]), np.array([0.8, 0.8]), np.ones(2), leads)
    assert told[0, 1] == pytest.approx(0.4 / 0.6)
    assert told[1, [6, 7, 9, 10]].tolist() == pytest.approx([0.0, 0.4, 0.4, 0.8])


def test_a_promise_beyond_the_horizon() -> None:
    told = promised_chances(flat(20), np.array([40]), np.array([0.9]), np.ones(1), np.ones(LEADS + 1))
    assert told.max() == 0.0


def test_waits_are_counted_with_those_that_still_run() -> None:
    """Kaplan and Meier by hand: ended after 2, 4, 4; running since 3: 1/4, then 2/2 of the rest."""
    waits = counted(np.array([2, 4, 4, 3]), np.array([True, True, True, False]))
    assert waits.cumulative[[1, 2, 3, 4]].tolist() == pytest.approx([0.0, 0.25, 0.25, 1.0])
    assert waits.behind(2) == 3.0
    assert waits.after(2, 3).tolist() == pytest.approx([0.0, 0.0, 1.0, 1.0])
    assert waits.after(4, 2).tolist() == [0.0, 0.0, 0.0], "nobody waited longer"
    alone = counted(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_), memoryless(14.0), 5.0)
    assert alone.cumulative[14] == pytest.approx(0.5)
    assert alone.after(300, 14)[14] == pytest.approx(0.5), "a memoryless wait starts anew every day"


def test_one_wait_after_another() -> None:
    first, second = np.array([[0.0, 0.5, 1.0, 1.0]]), np.array([0.0, 0.0, 1.0, 1.0])
    assert after_another(first, second)[0].tolist() == pytest.approx([0.0, 0.0, 0.0, 0.5])


DISPUTES = """
dispute_id item_id opened_on  closed_on  reason
q1         a       2026-02-06 2026-02-12 质量问题
q2         d       2026-02-14 2026-02-20 -
q3         b       2026-01-20 2026-01-30 price
q4         e       2026-03-01 -          contract
q5         c       -          -          -
"""


def test_disputes_of_the_past(books_of: BooksOf) -> None:
    books = books_with(books_of, disputes=DISPUTES)
    assert running(books).select("item_id", "kind").rows() == [("e", "contract")], "a mark without a day says nothing"
    told = settling_of(history(books), books, Disputed(disputes=0.0))
    lasted = told.lasting["other"].cumulative
    assert lasted[[5, 6, 9, 10]].tolist() == pytest.approx([0.0, 0.5, 0.5, 0.75]), (
        "one of four still runs, since 30 days"
    )
    assert told.paying.cumulative[[3, 4]].tolist() == pytest.approx([0.0, 1.0]), "both were paid four days after"
    assert told.paying.behind(0) == 2.0, "a dispute over before the due day tells nothing of payment after it"
    medians = [
        settling_of(history(books).clear(), books_with(books_of), Disputed()).lasting[kind]
        for kind in ("price", "contract")
    ]
    assert [float(law.cumulative[day].round(9)) for law, day in zip(medians, (5, 21))] == [0.5, 0.5]


def test_a_dispute_as_known_on_its_day(books_of: BooksOf) -> None:
    """On 10 February the dispute closed on the 12th is still open."""
    assert running(books_with(books_of, "2026-02-10", disputes=DISPUTES)).get_column("item_id").to_list() == ["a"]


def test_an_item_in_dispute_is_not_paid_before_it_is_settled() -> None:
    """Settled on day 10 for certain, paid two days later for certain: believed as far as 20 such payments go."""
    ten = np.where(np.arange(MOST + 1) >= 10, 1.0, 0.0)
    lasting = {"other": counted(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_), ten, 1.0)}
    paying = counted(np.full(20, 2), np.ones(20, dtype=np.bool_))
    told = disputed_chances(flat(41), np.array([-5]), np.array([0]), ["other"], settling=Settling(lasting, paying))[0]
    assert told[:11].tolist() == [0.0] * 11
    assert told[40] == pytest.approx(0.5 + 0.5 * (0.8 - 0.2) / 0.8)
    assert told[12] - told[11] > 0.5
    young = disputed_chances(flat(41), np.array([30]), np.array([0]), ["other"], settling=Settling(lasting, paying))[0]
    assert young[40] == pytest.approx((0.8 - 0.2) / 0.8), "settled before it is due: its own law, and nothing else"


def test_rests_are_waited_for_as_before(books_of: BooksOf) -> None:
    books = books_with(books_of)
    told = rests_of(history(books), part_days(books), books)
    assert told.waits.behind(0) == 2.0, "the rest of b, and the rest of e that still runs"
    assert told.waits.cumulative[[9, 10]].tolist() == pytest.approx([0.0, 0.5])
    assert told.next_share == 1.0


def test_the_rest_of_an_item_by_hand() -> None:
    """Twenty rests all came ten days after the part before them: half of them is believed."""
    rests = Rests(counted(np.full(20, 10), np.ones(20, dtype=np.bool_)), 1.0)
    told = rest_chances(flat(41), np.array([0]), rests)[0]
    assert told[9] == pytest.approx(0.5 * flat(41)[0, 9])
    assert told[10] == pytest.approx(0.5 + 0.5 * flat(41)[0, 10])
    late = rest_chances(flat(41), np.array([10]), rests)[0]
    assert late.tolist() == flat(41)[0].tolist(), "nothing is known of rests that took longer"
    halves = rest_chances(flat(41), np.array([0]), Rests(rests.waits, 0.5))[0]
    assert halves[10] == pytest.approx(0.25 + 0.5 * flat(41)[0, 10])
    assert halves[20] == pytest.approx(0.5 + 0.5 * flat(41)[0, 20]), "the second half of the rest ten days later"


chance_rows = arrays(np.float64, (3, 25), elements=st.floats(0.0, 1.0))


@given(chance_rows, st.lists(st.integers(-30, 40), min_size=3, max_size=3), st.integers(0, 50), st.floats(0.0, 1.0))
@settings(max_examples=60, deadline=None)
def test_every_state_gives_chances_that_grow_within_one(
    rows: Floats, days: Sequence[int], passed: int, kept: float
) -> None:
    daily = np.maximum.accumulate(rows, axis=1)
    daily[:, 0] = 0.0
    waits = counted(np.array([3, 9, 9, 20, 31]), np.array([True, True, False, True, False]))
    since = np.full(3, passed)
    settling = Settling({"other": waits}, waits)
    for told in (
        rest_chances(daily, since, Rests(waits, kept)),
        disputed_chances(daily, np.array(days), since, ["other"] * 3, settling=settling),
        promised_chances(
            daily,
            np.maximum(np.array(days), 1),
            np.full(3, kept),
            np.linspace(0.0, 1.0, 3),
            np.linspace(0.2, 1.0, LEADS + 1),
        ),
    ):
        assert (told >= -1e-12).all()
        assert (told <= 1.0 + 1e-9).all()
        assert (np.diff(told, axis=1) >= -1e-9).all()
        assert np.allclose(told[:, 0], 0.0)


ENDS = [date(2026, 4, 3) + timedelta(days=7 * week) for week in range(10)]


def rows_of(books: Books) -> dict[str, Floats]:
    policy = Policy(books.as_of)
    payment = learn(books, policy)
    told = chances(payment, books, ENDS, policy)
    assert (told >= 0).all()
    assert (told <= 1).all()
    assert (np.diff(told, axis=1) >= 0).all()
    return dict(zip(payment.open.items.get_column("item_id"), told, strict=True))


def test_without_rows_nothing_changes(books_of: BooksOf) -> None:
    """Item c is told by the curve alone. The fifth Friday is Labour Day: what counts is the day before."""
    books = books_with(books_of)
    payment = learn(books, Policy(books.as_of))
    worked = [end - timedelta(days=end == date(2026, 5, 1)) for end in ENDS]
    plain = payment.open.paid_within([(end - books.as_of).days for end in worked])
    row = payment.open.items.get_column("item_id").to_list().index("c")
    assert rows_of(books)["c"].tolist() == plain[row].tolist()


def test_an_item_in_instalments_comes_as_each_of_them_says(books_of: BooksOf) -> None:
    """Half of c by 10 April and half by 24 April: the mean of both promises on the whole."""
    head = "promise_id customer_id item_id made_on promised_on amount\n"
    alone = [rows_of(books_with(books_of, promises=f"{head}p lantern c 2026-03-30 {on} 70"))["c"]
             for on in ("2026-04-10", "2026-04-24")]  # fmt: skip
    both = f"{head}p lantern c 2026-03-30 2026-04-10 35\nq lantern c 2026-03-30 2026-04-24 35"
    assert rows_of(books_with(books_of, promises=both))["c"] == pytest.approx((alone[0] + alone[1]) / 2)


def test_a_promise_and_a_dispute_move_their_item_only(books_of: BooksOf) -> None:
    before = rows_of(books_with(books_of))
    promise = "promise_id customer_id item_id made_on promised_on amount\np lantern c 2026-03-30 2026-04-10 70"
    promised = rows_of(books_with(books_of, promises=promise))
    assert promised["c"][0] == pytest.approx(before["c"][0] / 2), "half by its word, half by its own law"
    assert promised["c"][1] == pytest.approx((0.5 + before["c"][1]) / 2)
    assert promised["e"].tolist() == before["e"].tolist()
    part = rows_of(books_with(books_of, promises=promise.replace(" 70", " 35")))
    assert part["c"] == pytest.approx((promised["c"] + before["c"]) / 2), "half the item was promised"
    dispute = "dispute_id item_id opened_on reason\nq e 2026-03-30 contract"
    disputed = rows_of(books_with(books_of, disputes=dispute))
    assert (disputed["e"] < before["e"]).all()
    assert disputed["c"].tolist() == before["c"].tolist()


def test_a_dispute_that_nobody_closed_ended_with_its_item(books_of: BooksOf) -> None:
    rows = "dispute_id item_id opened_on\nq1 a 2026-02-10\nq2 e 2026-02-10"
    books = books_with(books_of, disputes=rows)
    lasted = settling_of(history(books), books, Disputed(disputes=0.0)).lasting["other"]
    assert lasted.cumulative[[5, 6, 48]].tolist() == pytest.approx([0.0, 0.5, 0.5]), "a was paid on the 16th"
    assert lasted.at_risk[[6, 7, 49, 50]].tolist() == [2.0, 1.0, 1.0, 0.0]


def test_a_mark_without_a_day_changes_nothing(books_of: BooksOf) -> None:
    marked = rows_of(books_with(books_of, disputes="dispute_id item_id opened_on reason\nq c - contract"))
    assert marked["c"].tolist() == rows_of(books_with(books_of))["c"].tolist()


def test_a_promise_on_a_disputed_item_ends_the_dispute_if_it_is_newer(books_of: BooksOf) -> None:
    dispute = "dispute_id item_id opened_on reason\nq c 2026-03-25 contract"
    head = "promise_id customer_id item_id made_on promised_on amount\np lantern c"
    newer = rows_of(books_with(books_of, disputes=dispute, promises=f"{head} 2026-03-30 2026-04-10 70"))
    older = rows_of(books_with(books_of, disputes=dispute, promises=f"{head} 2026-03-22 2026-04-10 70"))
    alone = rows_of(books_with(books_of, disputes=dispute))
    assert (
        newer["c"].tolist() == rows_of(books_with(books_of, promises=f"{head} 2026-03-30 2026-04-10 70"))["c"].tolist()
    )
    assert older["c"].tolist() == alone["c"].tolist()


def test_one_open_item_and_no_history(books_of: BooksOf) -> None:
    item = "item_id customer_id issued_on due_on amount\na lantern 2026-01-01 2026-01-31 5"
    told = rows_of(books_of("2026-03-31", open_items=item))["a"]
    assert 0.0 < told[0] < told[-1] < 1.0


def test_nothing_open(books_of: BooksOf) -> None:
    books = books_of(
        "2026-03-31",
        open_items="item_id customer_id issued_on due_on amount\na lantern 2026-01-01 2026-01-31 5",
        receipts="receipt_id customer_id received_on amount\nr lantern 2026-02-02 5",
        allocations="allocation_id item_id source source_id allocated_on amount\nx a receipt r 2026-02-02 5",
    )
    payment = learn(books, Policy(books.as_of))
    assert chances(payment, books, ENDS, Policy(books.as_of)).shape == (0, len(ENDS))


@pytest.mark.long
def test_a_sample_company_is_foretold_better_by_what_is_known() -> None:
    """On 16 days of a year: the money of each week of the next eight, against the curves alone.

    A law of calendar days puts two sevenths of the money on days off, and knows of no promise, dispute or part.
    """
    sample = generate(Plan(size="medium", seed=5))
    ledger = Ledger({name: frame.lazy() for name, frame in sample.tables.items()}, currency=sample.currency)
    last = open_books(ledger)
    receipt = (pl.col("kind") == "receipt") & pl.col("due_on").is_not_null()
    came = last.journal.events.filter(receipt).select("customer_no", "item_id", "event_on", "amount").collect()
    wrong, plain_wrong, whole = 0.0, 0.0, 0.0
    for back in range(360, 57, -19):
        day = last.as_of - timedelta(days=back)
        ends = [day + timedelta(days=6 - day.weekday() + 7 * week) for week in range(1, 9)]
        books = open_books(ledger, day)
        items = items_of(books)
        asked = items.filter(pl.col("end").is_null() & (pl.col("open") > 0))
        fitted = fit(items, day, books.journal.customers.height, DEFAULTS)
        curves = predict(fitted, asked, day)
        payment = Payment(items, Choice("", DEFAULTS, {}, 0), fitted, curves, Dependence(0.1, 0.1, 0.3, 0))
        rate = asked.join(books.rates, on="currency", how="left", maintain_order="left")
        worth = rate.select(pl.col("open") * pl.col("factor")).to_series().to_numpy()[:, None]
        paid = asked.join(books.rates, on="currency").join(came, on=("customer_no", "item_id"))
        actual = np.array(
            [
                -paid.filter((pl.col("event_on") > day) & (pl.col("event_on") <= end))
                .select((pl.col("amount") * pl.col("factor")).sum())
                .item()
                for end in ends
            ]
        )
        told = (worth * chances(payment, books, ends, Policy(day))).sum(axis=0)
        plain = (worth * curves.paid_within([(end - day).days for end in ends])).sum(axis=0)
        wrong += np.abs(np.diff(told - actual, prepend=0.0)).sum()
        plain_wrong += np.abs(np.diff(plain - actual, prepend=0.0)).sum()
        whole += actual[-1]
    assert wrong < 0.95 * plain_wrong, (wrong / whole, plain_wrong / whole)
