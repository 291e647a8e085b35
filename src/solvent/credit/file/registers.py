"""Registers: where the official records of a country can be looked up free of charge, and what to get next."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from solvent.books.books import Books

REGISTERS: Mapping[str, str] = {
    "AT": "https://justizonline.gv.at",
    "AU": "https://abr.business.gov.au",
    "BE": "https://kbopub.economie.fgov.be",
    "BG": "https://portal.registryagency.bg",
    "CH": "https://www.zefix.ch",
    "CN": "https://www.gsxt.gov.cn",
    "CZ": "https://or.justice.cz",
    "DE": "https://www.unternehmensregister.de",
    "DK": "https://datacvr.virk.dk",
    "EE": "https://ariregister.rik.ee",
    "FI": "https://tietopalvelu.ytj.fi",
    "FR": "https://annuaire-entreprises.data.gouv.fr",
    "GB": "https://find-and-update.company-information.service.gov.uk",
    "HK": "https://www.icris.cr.gov.hk",
    "HR": "https://sudreg.pravosudje.hr",
    "IE": "https://core.cro.ie",
    "IN": "https://www.mca.gov.in",
    "IT": "https://www.registroimprese.it",
    "JP": "https://www.houjin-bangou.nta.go.jp",
    "LU": "https://www.lbr.lu",
    "NL": "https://www.kvk.nl",
    "NO": "https://www.brreg.no",
    "NZ": "https://companies-register.companiesoffice.govt.nz",
    "PL": "https://wyszukiwarka-krs.ms.gov.pl",
    "SE": "https://www.bolagsverket.se",
    "SG": "https://www.bizfile.gov.sg",
    "SI": "https://www.ajpes.si",
    "SK": "https://www.orsr.sk",
    "TW": "https://findbiz.nat.gov.tw",
    "US": "https://www.sec.gov/edgar",
}
"""Official public registers of companies by ISO 3166 code; that of the United States knows listed companies only."""
COURTS: Mapping[str, str] = {"CN": "https://zxgk.court.gov.cn"}
"""Official lists of debtors under enforcement."""
VAT_CHECK = "https://ec.europa.eu/taxation_customs/vies"
"""Whether a VAT number of the European Union is alive."""
LEI_CHECK = "https://search.gleif.org"
"""The register of legal entity identifiers, for every country."""
_NAMES = {"中国": "CN", "CHN": "CN", "156": "CN", "香港": "HK", "台湾": "TW", "UK": "GB", "EL": "GR"}

_ORDER = ("payment", "registry", "events", "screening", "reputation", "statements", "contract", "limit")
"""In which order parts are worth getting, the cheapest first (REQUIREMENTS CR-02, CR-17)."""
STEPS: Mapping[str, str] = {
    "payment": "import_receipts",
    "registry": "look_up_register",
    "events": "look_up_courts",
    "screening": "screen",
    "reputation": "ask_references",
    "statements": "ask_statements",
    "contract": "enter_contract",
    "limit": "decide_limit",
}
"""What to do about each part that is missing."""


def next_steps(books: Books, parts: pl.DataFrame) -> pl.DataFrame:
    """What to get next for each customer whose file lacks something, the cheapest first.

    Args:
        parts: as ``credit.file.file.CreditFiles`` has them.

    Returns: customer_id, place (Int64, from 1 within a customer), part, state (``missing`` or ``old``), step (String, a
    value of STEPS), link (String: where it can be had free of charge, empty where nowhere in general).
    """
    lacking = parts.lazy().filter(pl.col("state") != "fresh")
    country = books.table("customers").select("customer_id", "country").unique("customer_id", keep="first")
    code = pl.col("country").str.strip_chars().str.to_uppercase().replace(_NAMES)
    order = pl.DataFrame({"part": _ORDER}).lazy().with_row_index("rank")
    told = lacking.join(country, on="customer_id", how="left").join(order, on="part", how="left")
    register = code.replace_strict(REGISTERS, default=LEI_CHECK, return_dtype=pl.String)
    court = code.replace_strict(COURTS, default=None, return_dtype=pl.String)
    link = pl.when(pl.col("part") == "registry").then(register).when(pl.col("part") == "events").then(court)
    return (
        told.sort("customer_id", "rank")
        .select(
            "customer_id",
            (pl.int_range(pl.len()).over("customer_id") + 1).alias("place"),
            "part",
            "state",
            pl.col("part").replace_strict(STEPS, return_dtype=pl.String).alias("step"),
            link.alias("link"),
        )
        .collect()
    )
