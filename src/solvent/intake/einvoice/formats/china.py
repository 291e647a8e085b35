"""China: fully digital invoices (数电票) in XML, whatever the shape, and the fields that OFD files share with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from solvent.base.problem import Problem
from solvent.intake.einvoice.formats.markup import Node
from solvent.intake.einvoice.formats.values import Values, decimal_of, shown
from solvent.intake.einvoice.invoice import CREDIT_NOTE, INVOICE, EInvoice, Line, Party

CURRENCY = "CNY"
"""Chinese invoices state their amounts in yuan; a foreign currency stands in the remarks at most."""

Fields = Mapping[str, str]
"""Texts of one invoice by the names of ``NAMES``."""

NAMES: Mapping[str, tuple[str, ...]] = {
    "number": (
        "InvoiceNumber",
        "InvoiceNo",
        "InvoiceNum",
        "发票号码",
        "数电票号码",
        "数电发票号码",
        "全电发票号码",
        "Fphm",
    ),
    "second_number": ("EIid",),
    "series": ("InvoiceCode", "发票代码", "Fpdm"),
    "issued_on": ("IssueTime", "IssueDate", "InvoiceDate", "开票日期", "开票时间", "Kprq", "RequestTime"),
    "seller_name": ("SellerName", "销售方名称", "销方名称", "销货方名称", "Xfmc", "Xsfmc"),
    "seller_tax_id": (
        "SellerIdNum",
        "SellerTaxID",
        "SellerTaxNo",
        "销售方纳税人识别号",
        "销售方统一社会信用代码/纳税人识别号",
        "销售方统一社会信用代码",
        "销售方识别号",
        "销方识别号",
        "销方税号",
        "Xfsbh",
        "Xsfnsrsbh",
    ),
    "buyer_name": ("BuyerName", "购买方名称", "购方名称", "购货方名称", "Gfmc", "Gmfmc"),
    "buyer_tax_id": (
        "BuyerIdNum",
        "BuyerTaxID",
        "BuyerTaxNo",
        "购买方纳税人识别号",
        "购买方统一社会信用代码/纳税人识别号",
        "购买方统一社会信用代码",
        "购买方识别号",
        "购方识别号",
        "购方税号",
        "Gfsbh",
        "Gmfnsrsbh",
    ),
    "holder_name": ("NameOfAccountingEntity",),
    "holder_tax_id": ("UnifiedSocialCreditCodeOfAccountingEntity",),
    "net": ("TotalAmWithoutTax", "TaxExclusiveTotalAmount", "合计金额", "金额合计", "不含税金额", "Hjje"),
    "tax": ("TotalTaxAm", "TaxTotalAmount", "合计税额", "税额合计", "Hjse"),
    "total": (
        "TotalTax-includedAmount",
        "TaxInclusiveTotalAmount",
        "价税合计",
        "价税合计小写",
        "价税合计（小写）",
        "价税合计(小写)",
        "Jshj",
    ),
    "red": ("WhetherEinvoiceIsRedEinvoice", "是否红字发票"),
    "preceding": (
        "OriginalInvoiceCode",
        "OriginalInvoiceNumber",
        "OriginalInvoiceNo",
        "被红冲蓝字发票号码",
        "被红冲蓝字数电票号码",
        "被红冲蓝字数电发票号码",
        "对应蓝字发票号码",
        "原发票号码",
    ),
    "notes": ("Remark", "Note", "备注", "Bz"),
}
"""Field to the names that issuers and archives give it, the most official first."""

ROOTS = ("EInvoice", "eInvoice", "发票")
_LINE_NAME = ("ItemName", "Item", "项目名称", "货物或应税劳务名称", "商品名称", "Spmc")
_LINE_AMOUNT = ("Amount", "金额", "Je")
_LINE_QUANTITY = ("Quantity", "数量", "Spsl")
_BLUE = re.compile(r"(?:被红冲蓝字(?:数电)?(?:发)?票|对应(?:正数|蓝字)发票)号码?\s*[:：]\s*(\d{8,20})")
_LATER = re.compile(r"对应正数发票代码\s*[:：]\s*\d{10,12}\s*号码\s*[:：]\s*(\d{8})")


def _folded(name: str) -> str:
    return name.replace("-", "").replace("_", "").lower()


_FIELD_OF = {_folded(name): (field, rank) for field, names in NAMES.items() for rank, name in enumerate(names)}


def fields_of(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names and texts as a file gives them, by our names: of several texts for one field that of the first name.

    >>> fields_of([("发票号码", "25"), ("EIid", "25"), ("producer", "x"), ("RequestTime", ""), ("Kprq", "20240506")])
    {'number': '25', 'second_number': '25', 'issued_on': '20240506'}
    """
    best: dict[str, tuple[int, str]] = {}
    for name, told in pairs:
        field, rank = _FIELD_OF.get(_folded(name), ("", 0))
        text = told.strip()
        if field and text and (field not in best or rank < best[field][0]):
            best[field] = (rank, text)
    return {field: text for field, (_, text) in best.items()}


def is_china(root: Node) -> bool:
    """True for a file that holds invoices of a Chinese shape: by its root, or by the fields that it fills."""
    if root.name in ROOTS or any(child.name in ROOTS for child in root.children):
        return True
    found = fields_of(_pairs(root))
    named = any(field in found for field in ("seller_name", "seller_tax_id", "buyer_name", "buyer_tax_id"))
    return "number" in found and named and ("net" in found or "total" in found)


def read_china(source: str, root: Node) -> list[EInvoice]:
    """Every invoice of an XML file, in its order: the root itself, or the invoices under it."""
    inside = list(root.every(*ROOTS)) if root.name not in ROOTS else []
    return [read_node(source, part, node) for part, node in enumerate(inside or [root], 1)]


def read_node(source: str, part: int, root: Node) -> EInvoice:
    """One invoice out of the element that holds it."""
    shape = {"EInvoice": "china-xml", "xbrl": "china-xbrl"}.get(root.name, "china-flat")
    pairs = list(_pairs(root))
    fields = fields_of(pairs)
    if root.name == "xbrl":
        fields = _with_holder(fields)
    numbers = {text for name, text in pairs if _FIELD_OF.get(_folded(name), ("", 0)) == ("number", 0) and text}
    several = [Problem("einvoice.several_numbers", source, {"count": len(numbers)})] if len(numbers) > 1 else []
    return read_fields(source, part, shape, fields, tuple(_lines(root)), faults=several)


def read_fields(
    source: str, part: int, shape: str, fields: Fields, lines: tuple[Line, ...] = (), *, faults: Iterable[Problem] = ()
) -> EInvoice:
    """One invoice out of its fields.

    Where no total with tax is given it is net plus tax; where no tax is given it is what the total has above net.
    """
    values = Values(source, CURRENCY)
    net, tax = values.amount("合计金额", fields.get("net", "")), values.tax("合计税额", fields.get("tax", ""))
    total = values.amount("价税合计", fields.get("total", ""))
    if total is None and "total" not in fields and net is not None and tax is not None:
        total = net + tax
    if "tax" not in fields and net is not None and total is not None and 0 <= (total - net) * net <= net * net:
        tax = total - net
    notes = fields.get("notes", "")
    told = _BLUE.search(notes) or _LATER.search(notes)
    preceding = fields.get("preceding") or (told[1] if told else "")
    red = fields.get("red", "").lower() in ("true", "1", "y", "是") or bool(preceding)
    issued = values.day("开票日期", fields.get("issued_on", ""))
    found = [*faults, *values.faults]
    if red and total is not None and total > 0:
        found.append(Problem("einvoice.red_positive", source, {"number": fields.get("number", "")}))
    second = fields.get("second_number")
    number = fields.get("number") or second or ""
    if second and second != number:
        found.append(disagree(source, "发票号码", number, second))
    return EInvoice(
        source,
        part,
        shape,
        CREDIT_NOTE if red else INVOICE,
        number,
        fields.get("series", ""),
        issued_on=issued,
        currency=CURRENCY,
        seller=Party(shown(fields.get("seller_name", ""), 300), fields.get("seller_tax_id", ""), "CN"),
        buyer=Party(shown(fields.get("buyer_name", ""), 300), fields.get("buyer_tax_id", ""), ""),
        lines=lines,
        net=net,
        tax=tax,
        total=total,
        notes=shown(notes),
        preceding=preceding,
        faults=tuple(found),
    )


def disagree(source: str, field: str, first: str, second: str) -> Problem:
    """The fault of a file that states one fact twice and differently."""
    return Problem("einvoice.parts_disagree", source, {"field": field, "first": first[:60], "second": second[:60]})


def lines_of(root: Node) -> tuple[Line, ...]:
    """The lines under an element, wherever they stand."""
    return tuple(_lines(root))


def pairs_of(root: Node) -> Iterable[tuple[str, str]]:
    """Names and texts under an element, those of its lines left out."""
    return _pairs(root)


def _is_line(node: Node) -> bool:
    names = {child.name for child in node.children}
    return bool(names.intersection(_LINE_NAME)) and bool(names.intersection(_LINE_AMOUNT))


def _pairs(root: Node) -> Iterable[tuple[str, str]]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.name == "InIssuType":
            yield "是否红字发票", "true" if node.of("LabelCode").upper() == "N" else ""
        if not node.children:
            yield node.name, node.text
        waiting.extend(child for child in reversed(node.children) if not _is_line(child))


def _lines(root: Node) -> Iterable[Line]:
    for node in root.walk():
        if _is_line(node):
            net = decimal_of(node.of("|".join(_LINE_AMOUNT)))
            if net is not None:
                name = shown(node.of("|".join(_LINE_NAME)), 300)
                yield Line(name, decimal_of(node.of("|".join(_LINE_QUANTITY))), net)


def _with_holder(fields: Fields) -> dict[str, str]:
    """With the company that keeps the file as the side that the file does not name (the XBRL of archives)."""
    holder, seller = fields.get("holder_tax_id"), fields.get("seller_tax_id")
    names = {name: fields[f"holder_{name}"] for name in ("name", "tax_id") if f"holder_{name}" in fields}
    side = "buyer" if seller and seller != holder else "seller"
    if f"{side}_name" in fields or f"{side}_tax_id" in fields:
        return dict(fields)
    return {**fields, **{f"{side}_{name}": text for name, text in names.items()}}
