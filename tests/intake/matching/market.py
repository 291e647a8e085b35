"""Market: a seeded company with open items, bank lines that pay them, and the truth of what each line pays.

Names are Chinese and Western, printed as banks print them; references name invoices in full, shortened, in lists, in
ranges, wrongly or not at all; some lines are short by a fee or a discount, are parts, pay several, pay too much, or
come from people nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from solvent.books.books import TABLES, Books, Ledger, open_books

AS_OF = date(2026, 3, 31)
CITIES = [
    "上海",
    "北京",
    "深圳",
    "广州",
    "杭州",
    "苏州",
    "宁波",
    "青岛",
    "成都",
    "武汉",
    "西安",
    "厦门",
    "无锡",
    "东莞",
    "佛山",
    "温州",
    "合肥",
    "长沙",
    "郑州",
    "济南",
]
BRANDS = [
    "华",
    "信",
    "达",
    "盛",
    "锦",
    "泰",
    "恒",
    "瑞",
    "海",
    "联",
    "德",
    "鑫",
    "宏",
    "博",
    "安",
    "嘉",
    "永",
    "兴",
    "中",
    "天",
    "金",
    "新",
    "远",
    "创",
    "丰",
    "凯",
    "正",
    "宇",
    "美",
    "诚",
]
TRADES = [
    "电子",
    "机械",
    "贸易",
    "五金",
    "塑料",
    "纺织",
    "食品",
    "建材",
    "物流",
    "化工",
    "医疗器械",
    "包装",
    "自动化",
    "照明",
    "家具",
    "汽车配件",
]
FORMS = ["有限公司", "有限公司", "有限公司", "有限责任公司", "股份有限公司", "集团有限公司"]
FIRST = [
    "Nord",
    "Alpen",
    "Stern",
    "Kron",
    "Falk",
    "Lind",
    "Berg",
    "Brück",
    "Möller",
    "Grün",
    "Marin",
    "Castel",
    "Fontaine",
    "Bridge",
    "Harbour",
    "Stone",
    "Oak",
]
SECOND = [
    "tech",
    "werk",
    "haus",
    "bau",
    "line",
    "form",
    "med",
    "tex",
    "pack",
    "lab",
    "point",
    "field",
    "works",
    "craft",
    "stahl",
    "optik",
]
FIELDS = [
    "Handels",
    "Trading",
    "Systems",
    "Industries",
    "Logistics",
    "Components",
    "Foods",
    "Textiles",
    "Instruments",
    "Lighting",
]
ABROAD = ["GmbH", "GmbH & Co. KG", "Ltd.", "Co., Ltd.", "Inc.", "S.A.", "AG", "B.V.", "LLC"]
PEOPLE = ["王小明", "李娜", "张伟", "刘洋", "陈静", "杨帆", "赵敏", "周强"]

SHARES = {
    "named": 0.40, "unnamed": 0.12, "list": 0.13, "several": 0.06, "balance": 0.04, "part": 0.05, "part_unnamed": 0.015,
    "fee": 0.045, "discount": 0.03, "wrong_number": 0.03, "over": 0.02, "person": 0.015, "nothing_open": 0.02,
    "stranger": 0.02, "two_for_one": 0.005,
}  # fmt: skip
"""How often each kind of line comes."""


@dataclass(frozen=True)
class Market:
    """tables: by name, as frames. truth: line_id to kind, customer (empty: nobody's) and cash by item."""

    tables: Mapping[str, pl.DataFrame]
    truth: Mapping[str, tuple[str, str, Mapping[str, int]]]

    def books(self) -> Books:
        """The books of this market, as of the last day."""
        return open_books(Ledger({name: frame.lazy() for name, frame in self.tables.items()}, currency="CNY"), AS_OF)


class _Maker:
    def __init__(self, seed: int, lines: int, items: int, customers: int) -> None:
        self.draw = np.random.default_rng(seed)
        self.names = self._customers(customers)
        self.ids = [f"C{place:05d}" for place in range(customers)]
        self.accounts = [f"62{int(self.draw.integers(10**14, 10**15))}" for _ in self.ids]
        self.known = self.draw.random(customers) < 0.25
        self.open: dict[str, list[tuple[str, date, int]]] = {key: [] for key in self.ids}
        self.items: list[tuple[object, ...]] = []
        self.lines: list[tuple[object, ...]] = []
        self.truth: dict[str, tuple[str, str, Mapping[str, int]]] = {}
        self._issue(items)
        kinds, shares = list(SHARES), np.array(list(SHARES.values()))
        for kind in self.draw.choice(kinds, size=lines, p=shares / shares.sum()):
            if len(self.lines) < lines:
                self._pay(str(kind))

    def one(self, values: list[str]) -> str:
        return values[int(self.draw.integers(len(values)))]

    def chance(self, share: float) -> bool:
        return bool(self.draw.random() < share)

    def _customers(self, count: int) -> list[str]:
        names: dict[str, None] = {}
        while len(names) < count:
            if self.chance(0.7):
                brand = self.one(BRANDS) + self.one(BRANDS) + (self.one(BRANDS) if self.chance(0.5) else "")
                names[
                    f"{self.one(CITIES)}{'市' if self.chance(0.25) else ''}{brand}{self.one(TRADES)}{self.one(FORMS)}"
                ] = None
            else:
                names[f"{self.one(FIRST)}{self.one(SECOND)} {self.one(FIELDS)} {self.one(ABROAD)}"] = None
        return list(names)

    def _issue(self, items: int) -> None:
        weight = np.clip(self.draw.pareto(1.5, len(self.ids)) + 0.3, 0.3, 12.0)
        owners = np.sort(self.draw.choice(len(self.ids), size=items, p=weight / weight.sum()))
        self.draw.shuffle(owners)
        rent = self.draw.random(len(self.ids)) < 0.08
        for number, owner in enumerate(owners):
            issued = AS_OF - timedelta(days=int(self.draw.integers(1, 150)))
            amount = round(float(self.draw.lognormal(9, 1.2))) * 100 + int(self.draw.integers(0, 100))
            amount = amount // 10_000 * 10_000 + 10_000 if self.chance(0.15) else amount
            amount = 480_000 if rent[owner] else amount
            item = f"INV-2026-{number + 100:06d}"
            self.open[self.ids[owner]].append((item, issued, amount))
            due = issued + timedelta(days=30)
            self.items.append((item, item, self.ids[owner], issued, due, "CNY", amount, issued))
        for rows in self.open.values():
            rows.sort(key=lambda row: (row[1], row[0]))

    def _pay(self, kind: str) -> None:
        place = int(self.draw.integers(len(self.ids)))
        if kind == "stranger":
            self._line(
                kind,
                "",
                ("自然人" if self.chance(0.3) else f"{self.one(CITIES)}某某{self.one(TRADES)}经营部", None),
                "往来款",
                amount=1 + int(self.draw.integers(10**6)),
                cash={},
            )
            return
        for _ in range(60):
            if (len(self.open[self.ids[place]]) == 0) == (kind == "nothing_open") and (
                kind not in ("list", "several", "balance") or len(self.open[self.ids[place]]) > 1
            ):
                break
            place = int(self.draw.integers(len(self.ids)))
        rows = self.open[self.ids[place]]
        if not rows and kind != "nothing_open":
            return
        make = getattr(self, f"_{kind}")
        make(place, rows)

    def _printed(self, place: int) -> tuple[str | None, str | None]:
        """The name and account on the line."""
        name, luck = self.names[place], self.draw.random()
        account = self.accounts[place] if self.chance(0.6) else None
        if luck < 0.06:
            return None, account
        if luck < 0.20:
            name = (
                name.replace("有限责任公司", "有限公司") if "责任" in name else name.replace("有限公司", "有限责任公司")
            )
            name = name.replace("市", "") if self.chance(0.5) else name
            name = name.upper().replace("Ö", "O").replace("Ü", "U").replace("&", "+")
        elif luck < 0.24:
            cut = int(self.draw.integers(2, len(name) - 3))
            name = name[:cut] + name[cut + 1 :]
        elif luck < 0.27 and "公司" not in name:
            name = name[:18]
        return name, account

    def _told(self, item: str) -> str:
        number = item[-6:]
        forms = [item, item, item.replace("-", ""), f"INV{item[4:8]}{number}", number, f"发票{item}", f"货款 {item} 谢谢",
                 f"Invoice {item} dated 2026-02-11", f"付{item}货款 12,500.00元"]  # fmt: skip
        return self.one(forms)

    def _line(
        self,
        kind: str,
        customer: str,
        payer: tuple[str | None, str | None],
        text: str | None,
        *,
        amount: int,
        cash: Mapping[str, int],
    ) -> None:
        name, account = payer
        key = f"L{len(self.lines):06d}"
        day = AS_OF - timedelta(days=int(self.draw.integers(0, 10)))
        self.lines.append((key, "OWN1", day, "CNY", amount, name, account, text, day))
        self.truth[key] = (kind, customer, dict(cash))

    def _tell(self, kind: str, place: int, text: str | None, amount: int, cash: Mapping[str, int]) -> None:
        name, account = self._printed(place)
        self._line(kind, self.ids[place], (name, account), text, amount=amount, cash=cash)

    def _take(self, rows: list[tuple[str, date, int]], count: int = 1) -> list[tuple[str, date, int]]:
        """So many items, mostly the oldest."""
        start = 0 if self.chance(0.5) else int(self.draw.integers(max(1, len(rows) - count + 1)))
        taken = rows[start : start + count]
        del rows[start : start + count]
        return taken

    def _named(self, place: int, rows: list[tuple[str, date, int]]) -> None:
        ((item, _, amount),) = self._take(rows)
        self._tell("named", place, self._told(item), amount, {item: amount})

    def _unnamed(self, place: int, rows: list[tuple[str, date, int]]) -> None:
        ((item, _, amount),) = self._take(rows)
        self._tell(
            "unnamed",
            place,
            self.one(["货款", "payment", "往来款"]) if self.chance(0.7) else None,
            amount,
            {item: amount},
        )

    def _list(self, place: int, rows: list[tuple[str, date, int]]) -> None:
        taken = self._take(rows, int(self.draw.integers(2, min(6, len(rows)) + 1)))
        text = self.one([",", " ", "、", "; "]).join(item for item, _, _ in taken)
        self._tell("list", place, text, sum(row[2] for row in taken), {item: amount for item, _, amount in taken})

    def _several(self, place: int, rows: list[tuple[str, date, int]]) -> None:
        picked = sorted(self.draw.choice(len(rows), size=min(len(rows), int(self.draw.integers(2, 5))), replace=False))
        taken = [rows[row] for row in picked]
        for row in reversed(picked):
            del rows[row]
        self._tell("several", place, "货款", sum(row[2] for row in taken), {item: amount for item, _, amount in taken})

    def _balance(self, place: int, rows: list[tuple[str, date, int]]) -> None:
        taken = list(rows)
        rows.clear()
        self._tell(
            "balance", place, "结清货款", sum(row[2] for row in taken), {item: amount for item, _, amount in taken}
        )

    def _part(self, place: int, rows: list[tuple[str, date, int]]) -> None:
        ((item, _, amount),) = self._take(rows)
        paid = max(1, amount * int(self.draw.integers(2, 9)) // 10)
        self._tell("part", place, self._told(item), paid, {item: paid})

    def _part_unnamed(self, place: int, rows: list[tuple[str, date, int]]) -> None:
        ((item, _, amount),) = self._take(rows)
        paid = max(1, amount * int(self.draw.integers(2, 9)) // 10)
        self._tell("part_unnamed", place, "部分货款", paid, {item: paid})

    def _fee(self, place: int, rows: list[tuple[str, date, int]]) -> None:
        ((item, _, amount),) = self._take(rows)
        paid = max(1, amount - int(self.draw.integers(500, 4_000)))
        self._tell("fee", place, self._told(item), paid, {item: paid})

    def _discount(self, place: int, rows: list[tuple[str, date, int]]) -> None:
        ((item, _, amount),) = self._take(rows)
        paid = amount - amount * 2 // 100
        self._tell("discount", place, self._told(item), paid, {item: paid})

    def _wrong_number(self, place: int, rows: list[tuple[str, date, int]]) -> None:
        """One digit is wrong: mostly the number of somebody else's invoice, or of none; now and then of a sister.

        A sister of just this amount is never named: whoever pays names the debt, and nobody could know better.
        """
        ((item, _, amount),) = self._take(rows)
        other = item[:-1] + str((int(item[-1]) + 1) % 10)
        if rows and self.chance(0.2):
            other = self.one([row[0] for row in rows])
        if any(row[0] == other and row[2] == amount for row in rows):
            other = "INV-2025-000007"
        self._tell("wrong_number", place, self._told(other), amount, {item: amount})

    def _over(self, place: int, rows: list[tuple[str, date, int]]) -> None:
        ((item, _, amount),) = self._take(rows)
        self._tell("over", place, self._told(item), amount + int(self.draw.integers(100, 90_000)), {item: amount})

    def _person(self, place: int, rows: list[tuple[str, date, int]]) -> None:
        ((item, _, amount),) = self._take(rows)
        self._line(
            "person", self.ids[place], (self.one(PEOPLE), None), self._told(item), amount=amount, cash={item: amount}
        )

    def _nothing_open(self, place: int, rows: list[tuple[str, date, int]]) -> None:
        self._tell("nothing_open", place, "预付款", int(self.draw.integers(10**5, 10**7)), {})

    def _two_for_one(self, place: int, rows: list[tuple[str, date, int]]) -> None:
        ((item, _, amount),) = self._take(rows)
        first = max(1, amount * 4 // 10)
        for paid in (first, amount - first):
            self._tell("two_for_one", place, self._told(item), paid, {item: paid})


def market(seed: int, lines: int, items: int, customers: int) -> Market:
    """A market of so many lines (one more at most), open items and customers; the same for the same numbers."""
    made = _Maker(seed, lines, items, customers)
    recorded = date(2025, 12, 1)
    customer = pl.DataFrame({"customer_id": made.ids, "name": made.names, "recorded_on": [recorded] * len(made.ids)})
    learned = [(f"P{place}", key, None, account, recorded) for place, (key, account) in enumerate(zip(made.ids, made.accounts)) if made.known[place]]  # fmt: skip
    frames = {
        "customers": customer,
        "payers": pl.DataFrame(learned, schema={"payer_id": pl.String, "customer_id": pl.String, "name": pl.String, "account": pl.String, "recorded_on": pl.Date}, orient="row"),
        "open_items": pl.DataFrame(made.items, schema=["item_id", "invoice_id", "customer_id", "issued_on", "due_on", "currency", "amount", "recorded_on"], orient="row"),
        "bank_lines": pl.DataFrame(made.lines, schema={"line_id": pl.String, "account_id": pl.String, "booked_on": pl.Date, "currency": pl.String, "amount": pl.Int64, "counterparty": pl.String, "counterparty_account": pl.String, "reference": pl.String, "recorded_on": pl.Date}, orient="row"),
    }  # fmt: skip
    return Market({name: TABLES[name].conform(frame.lazy()).collect() for name, frame in frames.items()}, made.truth)


@dataclass(frozen=True)
class Quality:
    """How well a market was matched. wrong: automatic matches whose customer or cash by item is not the truth.

    first: proposals with items that are the truth. kinds: kind to (lines, automatic, wrong, proposed, proposed right).
    """

    lines: int
    automatic: int
    wrong: int
    proposed: int
    first: int
    kinds: Mapping[str, tuple[int, ...]]
    mistakes: tuple[str, ...]


def quality(made: Market, decisions: pl.DataFrame, parts: pl.DataFrame) -> Quality:
    """The decisions beside the truth."""
    cash: dict[str, dict[str, int]] = {}
    for key, target, amount in (
        parts.filter(pl.col("target") == "open_item").select("source_id", "target_id", "amount").iter_rows()
    ):
        cash.setdefault(key, {})[target] = amount
    told: dict[str, list[int]] = {kind: [0] * 5 for kind in SHARES}
    mistakes = []
    for key, who, decision, reason in decisions.select("source_id", "customer_id", "decision", "reason").iter_rows():
        kind, customer, truth = made.truth[key]
        right = (who or "") == customer and cash.get(key, {}) == truth
        cells = told[kind]
        cells[0] += 1
        cells[1] += decision == "automatic"
        cells[2] += decision == "automatic" and not right
        cells[3] += decision == "proposed"
        cells[4] += decision == "proposed" and right
        if decision == "automatic" and not right:
            mistakes.append(f"{key} {kind} {reason}")
    sums = [sum(cells[place] for cells in told.values()) for place in range(5)]
    return Quality(sums[0], sums[1], sums[2], sums[3], sums[4], {k: tuple(v) for k, v in told.items()}, tuple(mistakes))
