"""Bank: what running the company costs, how its cash is steered, and every line and balance of its four accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import polars as pl

from solvent.base.calendar import month_end, months_before
from solvent.base.money import half_up
from solvent.books.cash import BALANCES, BANK_LINES, OPERATING
from solvent.books.facilities import FACILITIES
from solvent.files.sample.company import CURRENCY, Plan, on_workday, words, workday
from solvent.files.sample.purchases import VAT, Demand
from solvent.files.sample.rates import valued

PAYROLL_SHARE, RENT_SHARE, UTILITIES_SHARE, FREIGHT_SHARE, OTHER_SHARE = 0.125, 0.014, 0.011, 0.03, 0.028
"""What running the company costs, as shares of a year's sales without tax."""
CAPEX_SHARE, INCOME_TAX_SHARE = 0.025, 0.008
SURCHARGE, REFUNDED = 1.12, 0.95
"""Value-added tax is paid with its surcharges; a surplus of tax paid comes back a little less, and later."""
INTEREST, INTEREST_ABROAD = 0.042, 0.036
LOW, USUAL, HIGH = 1.6, 1.9, 2.5
"""Cash at a month's end, in months of spending: below the first a loan is drawn, above the last it is repaid."""

LINE = {
    "line_id": pl.String,
    "account": pl.String,
    "booked_on": pl.Date,
    "earned_on": pl.Date,
    "amount": pl.Int64,
    "category": pl.String,
    "counterparty": pl.String,
    "reference": pl.String,
}
"""One line of our own making. ``account``: main, wages, USD or EUR; ``earned_on``: the day from which it is owed."""


Row = tuple[object, ...]


def running(plan: Plan, needed: Demand) -> pl.DataFrame:
    """Payroll, taxes, rent, utilities, freight, other cost and machines: lines of LINE, also beyond the end."""
    rows: list[Row] = []
    for place, month in enumerate(needed.months):
        year = [s for m, s in zip(needed.months, needed.shipped, strict=True) if abs((m - month).days) < 190]
        level = sum(year) / len(year) * (0.98 + 0.04 * plan.one("cost.level", place))
        rows += _operations(month, level, needed.shipped[place])
        rows += _taxes(month, needed)
        if month.month % 3 == 2:
            size = -CAPEX_SHARE * 3 * level * (0.6 + 0.8 * plan.one("capex", place))
            rows.append(_line("C", month, month.replace(day=18), size, ("main", "capex", "设备供应商", "设备款")))
    frame = _frame(rows, plan)
    return frame.filter(pl.col("booked_on") >= plan.start_on).sort("booked_on", "line_id")


def _operations(month: date, level: float, sold: int) -> list[Row]:
    end = month_end(month)
    payday = (end + timedelta(days=1)).replace(day=10)
    bonus, fair = (1.8 if month.month == 1 else 1.0), (1.7 if month.month in (4, 10) else 1.0)
    power = -UTILITIES_SHARE * (0.5 * level + 0.5 * sold)
    pay, rent, other = -PAYROLL_SHARE * level * bonus, -RENT_SHARE * level, -OTHER_SHARE * level * fair
    return [
        _line("W", month, payday, pay, ("wages", "payroll", "工资户", "工资"), earned=end),
        _line("H", month, month.replace(day=5), rent, ("wages", "rent", "产业园物业管理处", "租金")),
        _line("U", month, month.replace(day=20), power, ("wages", "utilities", "供电供水公司", "水电费")),
        _line("V", month, month.replace(day=17), other, ("main", "other_operating", "办公与展会", "费用")),
        *(
            _line(f"F{week}", month, month.replace(day=7 * week - 1), freight, ("main", "freight", "货运代理", "运费"))
            for week, freight in enumerate([-FREIGHT_SHARE * sold / 4] * 4, 1)
        ),
    ]


def _taxes(month: date, needed: Demand) -> list[Row]:
    """Value-added tax the month after, or its refund two months after; income tax after the quarter."""
    end, place = month_end(month), needed.months.index(month)
    after = month_end(end + timedelta(days=1))
    due = needed.taxed[place] - round(needed.bought[place] * VAT)
    rows = []
    if due > 0:
        rows.append(
            _line(
                "TV", month, after.replace(day=15), -due * SURCHARGE, ("wages", "tax", "税务局", "增值税"), earned=end
            )
        )
    if due < 0:
        back = (after + timedelta(days=1)).replace(day=25)
        rows.append(_line("TR", month, back, -due * REFUNDED, ("main", "tax_refund", "税务局", "出口退税"), earned=end))
    if month.month % 3 == 0:
        owed = -INCOME_TAX_SHARE * sum(needed.shipped[max(place - 2, 0) : place + 1])
        rows.append(
            _line("TI", month, after.replace(day=15), owed, ("wages", "tax", "税务局", "企业所得税"), earned=end)
        )
    return rows


def _line(
    code: str, month: date, day: date, amount: float, told: tuple[str, str, str, str], *, earned: date | None = None
) -> Row:
    """``told``: account, category, counterparty, and what it is for."""
    account, category, who, what = told
    return (f"{code}{month:%y%m}", account, day, earned or day, round(amount), category, who, f"{month:%Y-%m} {what}")


def _frame(rows: Sequence[Row], plan: Plan) -> pl.DataFrame:
    """Rows as a frame of LINE: booked on working days, those of no amount left out."""
    frame = pl.DataFrame(list(rows), LINE, orient="row").filter(pl.col("amount") != 0)
    return frame.with_columns(on_workday(pl.col("booked_on"), plan).alias("booked_on"))


@dataclass(frozen=True)
class Treasury:
    """How cash was steered, by what was expected.

    opening, loan: cash and loan on the day before the books begin; ``cash``: what was expected at the end of each
    month; ``spend``: monthly operating spending in the year around it; ``moves``: loans, interest, dividends, LINE.
    """

    opening: int
    loan: int
    cash: Mapping[date, int]
    spend: Mapping[date, int]
    moves: pl.DataFrame


def steer(plan: Plan, inflow: Mapping[date, int], lines: pl.DataFrame) -> Treasury:
    """Loans are drawn before cash runs low and repaid when there is much; what is over in May or November is paid out.

    Args:
        inflow: expected receipts of customers by month.
        lines: all our own lines, suppliers' included.
    """
    costs = lines.filter(pl.col("category").is_in(OPERATING) & (pl.col("amount") < 0))
    out, every = by_month(costs, "booked_on"), by_month(lines, "booked_on")
    books = [month for month in sorted(out) if plan.start_on <= month <= plan.end_on]
    full = [month for month in books if month_end(month) <= plan.end_on] or books
    spend = {}
    for month in books:
        near = [-out[m] for m in full if abs((m - month).days) < 200] or [-out[month]]
        spend[month] = sum(near) // len(near)
    cash = opening = round(1.8 * spend[books[0]])
    loan = first = _rounded(0.9 * spend[books[0]])
    rows: list[Row] = []
    expected = {}
    lender = words()["insurance"]["lenders"][int(plan.one("lender") * 3)]
    for month in books:
        interest = round(loan * INTEREST / 12)
        cash += inflow.get(month, 0) + every.get(month, 0) - interest
        drawn = _rounded(USUAL * spend[month] - cash) if cash < LOW * spend[month] else 0
        over = _rounded(cash - USUAL * spend[month]) if cash > HIGH * spend[month] else 0
        repaid = max(0, min(loan - first // 2, over))
        paid = over - repaid if month.month in (5, 11) else 0
        cash, loan = cash + drawn - repaid - paid, loan + drawn - repaid
        expected[month] = cash
        rows += [
            _line("LI", month, month.replace(day=21), -interest, ("wages", "interest", lender, "贷款利息")),
            _line("LD", month, month.replace(day=6), drawn, ("main", "loan_drawn", lender, "流动资金贷款放款")),
            _line("LR", month, month.replace(day=26), -repaid, ("main", "loan_repaid", lender, "归还贷款")),
            _line("LE", month, month.replace(day=27), -paid, ("main", "dividend", "股东", "利润分配")),
        ]
    moves = _frame(rows, plan).filter(pl.col("booked_on") <= plan.end_on)
    return Treasury(opening, first, expected, spend, moves)


def supplier_lines(payments: pl.DataFrame) -> pl.DataFrame:
    """One line of LINE a supplier and pay run, of payments with ``paid_on``."""
    runs = payments.group_by("supplier_id", "supplier_name", "paid_on").agg(
        -pl.col("amount").sum(), pl.len().alias("count")
    )
    day = pl.col("paid_on").to_physical().cast(pl.String)
    return runs.select(
        pl.concat_str("supplier_id", day).alias("line_id"),
        pl.lit("main").alias("account"),
        pl.col("paid_on").alias("booked_on"),
        pl.col("paid_on").alias("earned_on"),
        "amount",
        pl.lit("supplier").alias("category"),
        pl.col("supplier_name").alias("counterparty"),
        pl.format("货款 {}笔", "count").alias("reference"),
    ).sort("booked_on", "line_id")


def refund_due(ahead: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The tax in bills of goods bought ahead: owed to us from the day of the bill, paid back after the books end."""
    day = pl.col("issued_on")
    return ahead.select(
        pl.concat_str(pl.lit("Y"), pl.col("bill_id").str.slice(1)).alias("line_id"),
        pl.lit("main").alias("account"),
        pl.lit(plan.past_on).alias("booked_on"),
        day.alias("earned_on"),
        half_up(pl.col("amount") * VAT / (1 + VAT)).alias("amount"),
        pl.lit("tax_refund").alias("category"),
        pl.lit("税务局").alias("counterparty"),
        pl.lit("留抵退税").alias("reference"),
    )


def customer_lines(receipts: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """One line of LINE a receipt, on the account in its currency."""
    named = receipts.join(rows.select("customer_id", "bank_name"), on="customer_id", how="left", maintain_order="left")
    return named.select(
        pl.concat_str(pl.lit("K"), pl.col("receipt_id").str.slice(1)).alias("line_id"),
        pl.col("currency").replace({CURRENCY: "main"}).alias("account"),
        pl.col("received_on").alias("booked_on"),
        pl.col("received_on").alias("earned_on"),
        "amount",
        pl.lit("customer").alias("category"),
        pl.col("bank_name").alias("counterparty"),
        "reference",
    )


def accounts(plan: Plan) -> Mapping[str, tuple[str, str]]:
    """Of each account its number and currency."""
    kinds = {"main": CURRENCY, "wages": CURRENCY, "USD": "USD", "EUR": "EUR"}
    return {
        kind: (f"{currency}-{1_000 + int(plan.one('account', place) * 9_000)}", currency)
        for place, (kind, currency) in enumerate(kinds.items())
    }


def exchanged(plan: Plan, customers: pl.DataFrame, daily: pl.DataFrame) -> pl.DataFrame:
    """Once a week the foreign money that came in is sold, in whole hundreds, for our own: two lines of LINE each."""
    weeks = pl.date_range(plan.start_on, plan.end_on, interval="1w", eager=True).alias("booked_on").to_frame()
    sweeps = weeks.select(on_workday(pl.col("booked_on"), plan).alias("booked_on")).unique().sort("booked_on")
    sweeps = sweeps.filter(pl.col("booked_on") <= plan.end_on)
    foreign = customers.filter(pl.col("account").is_in(["USD", "EUR"])).select(
        "account", "amount", pl.col("booked_on") + pl.duration(days=1)
    )
    sold = (
        foreign.sort("booked_on")
        .join_asof(sweeps.with_columns(pl.col("booked_on").alias("sold_on")), on="booked_on", strategy="forward")
        .drop_nulls("sold_on")
        .group_by("account", "sold_on")
        .agg((pl.col("amount").sum() // 10_000 * 10_000).alias("amount"))
        .filter(pl.col("amount") > 0)
        .rename({"account": "currency"})
        .sort("sold_on", "currency")
    )
    valued_ = valued(sold, daily, "sold_on").with_columns(pl.col("sold_on").to_physical().cast(pl.String).alias("day"))
    sides = []
    for side, account, amount in (
        ("O", pl.col("currency"), -pl.col("amount")),
        ("I", pl.lit("main"), half_up(pl.col("booked_amount") * 0.9995)),
    ):
        sides.append(
            valued_.select(
                pl.concat_str(pl.lit(f"X{side}"), pl.col("currency").str.slice(0, 1), "day").alias("line_id"),
                account.alias("account"),
                pl.col("sold_on").alias("booked_on"),
                pl.col("sold_on").alias("earned_on"),
                amount.alias("amount"),
                pl.lit("exchange").alias("category"),
                pl.lit(None, dtype=pl.String).alias("counterparty"),
                pl.concat_str(pl.lit("结汇 "), pl.col("currency")).alias("reference"),
            )
        )
    return pl.concat(sides)


def transferred(plan: Plan, lines: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Once a month the wages account is filled for the month ahead; and what it needs before the first time."""
    needs = lines.filter(pl.col("account") == "wages")
    months = [*_months(plan), month_end(plan.end_on) + timedelta(days=1)]
    days = [workday(month.replace(day=8), plan) for month in months]
    rows: list[Row] = []
    for day, until in pairwise(days):
        spent = -int(
            needs.filter((pl.col("booked_on") >= day) & (pl.col("booked_on") < until)).get_column("amount").sum()
        )
        filled = -(-spent // 10_000) * 10_000
        for side, account, sign in (("O", "main", -1), ("I", "wages", 1)):
            rows.append((f"M{side}{day:%y%m%d}", account, day, day, sign * filled, "transfer", None, "账户间划转"))
    first = -int(needs.filter(pl.col("booked_on") < days[0]).get_column("amount").sum())
    return pl.DataFrame(rows, LINE, orient="row").filter(pl.col("amount") != 0), first


def statement_of(
    plan: Plan, lines: pl.DataFrame, opening: int, wages: int, daily: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The bank lines, and the balance of every account on every day from the one before the books begin.

    Args:
        lines: all lines of LINE.
        opening: cash on that day in our own currency.
        wages: how much of it the wages account needs. An account that would fall under nothing began with more.
    """
    known = accounts(plan)
    keys = pl.DataFrame(
        {
            "account": list(known),
            "account_id": [a for a, _ in known.values()],
            "currency": [c for _, c in known.values()],
        }
    )
    inside = lines.filter(pl.col("booked_on").is_between(plan.start_on, plan.end_on))
    named = inside.join(keys, on="account", how="left").with_columns(pl.col("booked_on").alias("recorded_on"))
    first = plan.start_on - timedelta(days=1)
    usd, eur = round(opening * 0.06 / 7), round(opening * 0.04 / 7.7)
    start = {"wages": round(wages * 1.2) + opening // 50, "USD": usd, "EUR": eur}
    worth = valued(
        pl.DataFrame({"currency": ["USD", "EUR"], "amount": [usd, eur], "day_on": [first, first]}), daily, "day_on"
    )
    start["main"] = opening - start["wages"] - int(worth.get_column("booked_amount").sum())
    opened = keys.with_columns(pl.col("account").replace_strict(start, return_dtype=pl.Int64).alias("opening"))
    days = pl.date_range(first, plan.end_on, eager=True).alias("day_on").to_frame()
    moved = named.group_by("account_id", pl.col("booked_on").alias("day_on")).agg(pl.col("amount").sum().alias("moved"))
    running = (
        opened.join(days, how="cross")
        .join(moved, on=["account_id", "day_on"], how="left")
        .sort("account_id", "day_on")
        .with_columns(pl.col("opening") + pl.col("moved").fill_null(0).cum_sum().over("account_id"))
    )
    short = (-pl.col("opening").min().over("account_id") / 1_000_000).ceil().clip(0).cast(pl.Int64) * 1_000_000
    balances = running.with_columns((pl.col("opening") + short).alias("amount"), pl.col("day_on").alias("recorded_on"))
    return (
        BANK_LINES.conform(named.lazy()).collect().sort("account_id", "booked_on", "line_id"),
        BALANCES.conform(balances.lazy()).collect(),
    )


def facilities(plan: Plan, lines: pl.DataFrame, loan: int) -> pl.DataFrame:
    """``facilities``: what two banks would lend, and what was drawn, at every month's end; agreed anew each year.

    Args:
        lines: the company's own lines.
        loan: drawn before the books begin.
    """
    moves = lines.filter(pl.col("category").is_in(["loan_drawn", "loan_repaid"])).sort("booked_on")
    most = max(loan, loan + max([0, *moves.get_column("amount").cum_sum()]))
    unit = int(10 ** max(len(str(most)) - 2, 0))
    bank = int(plan.one("lender") * 3)
    lenders = words()["insurance"]["lenders"]
    rows = []
    for day in sorted({min(month_end(month), plan.end_on) for month in _months(plan)}):
        drawn = loan + int(moves.filter(pl.col("booked_on") <= day).get_column("amount").sum())
        back = next(back for back in range(8, 12 * plan.years + 32, 12) if months_before(plan.end_on, back) <= day)
        since, until = months_before(plan.end_on, back), months_before(plan.end_on, back - 12)
        usual = -(-most * 11 // 10 // unit) * unit, drawn, INTEREST, True, since, until
        abroad = -(-most // 2 // unit) * unit, 0, INTEREST_ABROAD, False, since, until
        rows.append(("CL-1", day, lenders[bank], "working_capital", CURRENCY, *usual, day))
        rows.append(("CL-2", day, lenders[(bank + 1) % 3], "export_bill_purchase", CURRENCY, *abroad, day))
    columns = [name for name in FACILITIES.columns if name != "unused_rate"]
    return FACILITIES.conform(pl.DataFrame(rows, columns, orient="row").lazy()).sort(FACILITIES.key).collect()


def cash_facts(
    lines: pl.DataFrame, balances: pl.DataFrame, daily: pl.DataFrame, months: Sequence[date]
) -> dict[str, object]:
    """Operating cash flow of each month, and cash at the end of the last, in our own currency."""
    operating = valued(lines.filter(pl.col("category").is_in(OPERATING)), daily, "booked_on")
    flow = by_month(operating, "booked_on", "booked_amount")
    last = balances.filter(pl.col("day_on") == month_end(months[-1]))
    return {
        "operating_cash_flow_minor": [flow.get(month, 0) for month in months],
        "cash_minor": int(valued(last, daily, "day_on").get_column("booked_amount").sum()),
    }


def by_month(frame: pl.DataFrame, day: str, amount: str = "amount") -> dict[date, int]:
    """Sums by the first day of the month."""
    sums = (
        frame.group_by(pl.col(day).dt.month_start().alias("month")).agg(pl.col(amount).sum().alias("sum")).sort("month")
    )
    return dict(zip(sums.get_column("month").to_list(), sums.get_column("sum").to_list(), strict=True))


def _months(plan: Plan) -> list[date]:
    count = (plan.end_on.year - plan.start_on.year) * 12 + plan.end_on.month - plan.start_on.month
    last = plan.end_on.replace(day=1)
    return [months_before(last, back) for back in range(count, -1, -1)]


def _rounded(amount: float) -> int:
    """Down to two leading digits, as people round loans; nothing where there is less than nothing."""
    if amount < 1_000:
        return 0
    unit = int(10 ** (len(str(int(amount))) - 2))
    return int(amount // unit) * unit
