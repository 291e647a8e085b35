"""Identifiers: numbers and names of customers against their own check digits, against each other, and between rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import polars as pl
from stdnum import iban, lei
from stdnum.ch import vat as ch_vat
from stdnum.cn import uscc
from stdnum.eu import vat
from stdnum.exceptions import InvalidChecksum, InvalidFormat, InvalidLength, ValidationError
from stdnum.gb import vat as gb_vat
from stdnum.iso7064 import mod_97_10

from solvent.base.problem import Fact, Problem
from solvent.books.books import Books

FINDINGS: Mapping[str, type[pl.DataType]] = {
    "customer_id": pl.String,
    "kind": pl.String,
    "field": pl.String,
    "value": pl.String,
    "right": pl.String,
}
"""A row for each thing that is wrong.

kind: ``length``, ``characters``, ``check_digit``, ``parts`` (a part of the number does not exist), ``differs`` (the tax
number is not the register's), ``name`` (the register's name is not ours), ``shared`` (two customers have one number).
field: column of the register or of the customers table. right: what would be right, empty where nobody can say.
"""

_NUMBERS = {"registration_no": "uscc", "vat_id": "vat", "lei": "lei", "iban": "iban"}
_USCC = r"^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$"
"""The form of a unified social credit code, its check digit aside."""
_CHINA = ("CN", "CHN", "156", "中国")
_VAT_STATES = (*sorted(state.upper() for state in vat.MEMBER_STATES), "EL", "GB", "CH")
"""How VAT numbers begin whose check digits are known: the states of the EU, Northern Ireland, Britain, Switzerland."""
_FORMS = {
    "limited": "ltd", "company": "co", "corporation": "corp", "incorporated": "inc", "aktiengesellschaft": "ag",
    "gesellschaft mit beschränkter haftung": "gmbh", "besloten vennootschap": "bv", "société anonyme": "sa",
}  # fmt: skip
"""Legal forms that one register writes out and another shortens."""


def plain_number(number: pl.Expr) -> pl.Expr:
    """A number without blanks, dots and dashes, in capitals; what has no character left is empty."""
    bare = number.str.normalize("NFKC").str.to_uppercase().str.replace_all(r"[^0-9A-Z]", "")
    return pl.when(bare != "").then(bare)


def plain_name(name: pl.Expr) -> pl.Expr:
    """A name in one plain form: small letters, short legal forms, nothing but letters and digits.

    >>> names = pl.DataFrame({"name": ["ACME Company Limited", "Acme Co., Ltd.", "上海（明灯）公司"]})
    >>> names.select(plain_name(pl.col("name"))).to_series().to_list()
    ['acmecoltd', 'acmecoltd', '上海明灯公司']
    """
    folded = name.str.normalize("NFKC").str.to_lowercase()
    for long, short in _FORMS.items():
        folded = folded.str.replace_all(rf"\b{long}\b", short)
    bare = folded.str.replace_all(r"[^\p{L}\p{N}]", "")
    return pl.when(bare != "").then(bare)


def registered(books: Books) -> pl.DataFrame:
    """What is registered of each customer by the newest extract: customer_id, then the columns of ``registrations``."""
    rows = books.table("registrations").sort("told_on", "recorded_on", maintain_order=True)
    return rows.unique("customer_id", keep="last", maintain_order=True).sort("customer_id").collect()


def identifier_findings(books: Books) -> pl.DataFrame:
    """Everything that is wrong with customers' numbers and names, as FINDINGS says, by customer."""
    register = registered(books)
    kept = ("customer_id", "name", "tax_id", "country")
    ours = books.table("customers").select(kept).unique("customer_id", keep="first", maintain_order=True).collect()
    every = ours.join(register, on="customer_id", how="full", coalesce=True).with_columns(
        plain_number(pl.col(field)).alias(field) for field in ("tax_id", *_NUMBERS)
    )
    found = [_checked(every, field, kind) for field, kind in _NUMBERS.items()]
    found += [_tax_ids(every), _differing(every), _named(every)]
    found += [_shared(every, field) for field in ("registration_no", "lei", "iban")]
    return pl.concat([pl.DataFrame(schema=FINDINGS), *found]).sort("customer_id", "field", "kind", "value")


def told(findings: pl.DataFrame) -> list[Problem]:
    """Findings as problems, in their order."""
    return [_told(row) for row in findings.iter_rows(named=True)]


def _told(row: Mapping[str, Any]) -> Problem:
    table = "customers" if row["field"] in ("tax_id", "name") else "registrations"
    place = f"{table}:{row['customer_id']}:{row['field']}"
    facts: dict[str, Fact] = {"value": row["value"], "right": row["right"]}
    match row["kind"]:
        case "length":
            return Problem("credit.file.number_length", place, {"value": row["value"]})
        case "characters":
            return Problem("credit.file.number_characters", place, {"value": row["value"]})
        case "check_digit":
            return Problem("credit.file.check_digit", place, facts)
        case "parts":
            return Problem("credit.file.number_parts", place, {"value": row["value"]})
        case "differs":
            return Problem("credit.file.code_differs", place, facts)
        case "name":
            return Problem("credit.file.name_differs", place, facts)
        case _:
            return Problem("credit.file.number_shared", place, {"value": row["value"], "other": row["right"]})


def _finding(frame: pl.DataFrame, kind: str, field: str, value: pl.Expr, right: pl.Expr) -> pl.DataFrame:
    given = {"kind": pl.lit(kind), "field": pl.lit(field), "value": value, "right": right}
    return frame.select("customer_id", *(given[name].cast(pl.String).alias(name) for name in given))


def _checked(every: pl.DataFrame, field: str, number: str) -> pl.DataFrame:
    """Numbers of one column against their own check digits; each different one is looked at once."""
    asked = every.filter(pl.col(field).is_not_null())
    if number == "vat":
        asked = asked.filter(_is_vat(pl.col(field)))
    if number == "uscc":
        asked = asked.filter(pl.col("country").is_in(_CHINA) | pl.col(field).str.contains(_USCC))
    values = asked.get_column(field).unique(maintain_order=True).to_list()
    verdicts = [(value, *_verdict(number, value)) for value in values]
    schema = {field: pl.String, "kind": pl.String, "right": pl.String}
    bad = pl.DataFrame(verdicts, schema=schema, orient="row").drop_nulls("kind")
    return (
        asked.select("customer_id", field)
        .join(bad, on=field, how="inner")
        .select("customer_id", "kind", pl.lit(field).alias("field"), pl.col(field).alias("value"), "right")
    )


def _tax_ids(every: pl.DataFrame) -> pl.DataFrame:
    """Tax numbers: unified codes of Chinese customers, VAT numbers where one begins with its customer's country."""
    chinese = pl.col("tax_id").str.contains(_USCC)
    codes = _checked(every.filter(chinese), "tax_id", "uscc")
    home = pl.col("country").str.to_uppercase().replace({"GR": "EL", "XI": "GB"})
    begins = pl.col("tax_id").str.head(2).replace({"GR": "EL", "XI": "GB"})
    fits = _is_vat(pl.col("tax_id")) & (home.is_null() | (home == begins))
    return pl.concat([codes, _checked(every.filter(~chinese & fits), "tax_id", "vat")])


def _is_vat(number: pl.Expr) -> pl.Expr:
    """True for a number that begins as the VAT numbers do that can be checked."""
    return number.str.head(2).is_in(_VAT_STATES)


def _differing(every: pl.DataFrame) -> pl.DataFrame:
    """Tax numbers that are unified codes, and another one than the register's; VAT numbers likewise."""
    number, tax = pl.col("registration_no"), pl.col("tax_id")
    codes = every.filter(number.str.contains(_USCC) & tax.str.contains(_USCC) & (number != tax))
    value, both = pl.col("vat_id"), (pl.col("vat_id").str.head(2) == tax.str.head(2))
    vats = every.filter(both & _is_vat(tax) & (value != tax))
    return pl.concat(
        [_finding(codes, "differs", "tax_id", tax, number), _finding(vats, "differs", "tax_id", tax, value)]
    )


def _named(every: pl.DataFrame) -> pl.DataFrame:
    other = plain_name(pl.col("name")) != plain_name(pl.col("legal_name"))
    return _finding(every.filter(other), "name", "name", pl.col("name"), pl.col("legal_name"))


def _shared(every: pl.DataFrame, field: str) -> pl.DataFrame:
    """Customers that have a number in common, each with the others."""
    groups = (
        every.select(field, "customer_id")
        .drop_nulls()
        .group_by(field)
        .agg(pl.col("customer_id").sort())
        .filter(pl.col("customer_id").list.len() > 1)
        .with_columns(pl.col("customer_id").list.join(", ").alias("all"))
    )
    return _finding(groups.explode("customer_id"), "shared", field, pl.col(field), pl.col("all"))


@lru_cache(maxsize=400_000)
def _verdict(number: str, value: str) -> tuple[str | None, str | None]:
    """What is wrong with a number, and the right one where only its check digits can be wrong; nothing where sound."""
    try:
        _VALID[number](value)
    except InvalidChecksum:
        return "check_digit", _righted(number, value)
    except InvalidLength:
        return "length", None
    except InvalidFormat:
        return "characters", None
    except ValidationError:
        return "parts", None
    return None, None


_VALID: Mapping[str, Callable[[str], str]] = {
    "uscc": uscc.validate,
    "lei": lei.validate,
    "iban": iban.validate,
    "vat": lambda value: _OTHER_VAT.get(value[:2], vat).validate(value),
}
_OTHER_VAT: Mapping[str, Any] = {"GB": gb_vat, "CH": ch_vat}


def _righted(number: str, value: str) -> str | None:
    """The number with the check digits that its other characters ask for."""
    if number == "uscc":
        return value[:-1] + str(uscc.calc_check_digit(value[:-1]))
    if number == "lei":
        return value[:-2] + str(mod_97_10.calc_check_digits(value[:-2]))
    if number == "iban":
        return value[:2] + str(iban.calc_check_digits(value)) + value[4:]
    return None
