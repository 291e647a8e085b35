"""Limit names: what methods, moves and reasons of limits are called, in English; the catalogue has the Chinese."""

from __future__ import annotations

from collections.abc import Mapping

METHOD: Mapping[str, str] = {
    "need": "what it buys (need)",
    "net_worth": "its net worth",
    "working_capital": "its working capital",
    "references": "trade references",
    "insurer": "insurer's limit and our own risk",
    "own_risk": "our own risk on its grade",
    "scale": "its size (first limit)",
    "benchmark": "customers like it",
    "mean": "mean of the methods",
    "country": "risk of the country",
    "region": "risk of the region",
    "industry": "risk of the industry",
}
"""Each method, and what else may set a limit."""

LACKS: Mapping[str, str] = {
    "purchases": "no purchases in the last year",
    "terms": "neither terms nor grade",
    "grade": "no grade",
    "statements": "no statement of the last two years",
    "references": "too few trade references",
    "buyer_limit": "the insurer decided nothing",
    "registry": "no capital, sales or employees known",
    "own_sales": "our own yearly sales are not known",
    "peers": "too few customers like it",
    "rate": "no exchange rate",
}
"""What a method lacks."""

MOVE: Mapping[str, str] = {"new": "new limit", "raise": "raise", "lower": "lower", "keep": "keep"}
"""Each move."""

MOVE_COLOUR: Mapping[str, str] = {"new": "cyan", "raise": "green", "lower": "bold red", "keep": "dim"}
"""How each move is shown; its word stands beside it."""

WHY: Mapping[str, str] = {
    "gates_open": "the screening is not passed yet",
    "new_prepay": "new: cash before delivery",
    "new_deposit": "new: against a deposit",
    "first_step": "new: a first limit, part of what the methods allow",
    "known_first": "known, but without a limit that counts",
    "nothing_known": "the books know too little",
    "signal_event": "a serious event since the limit was decided",
    "signal_insurer": "the insurer has reduced or withdrawn its limit",
    "signal_overdue": "long overdue money since the limit was decided",
    "step_up": "enough invoices paid on time: one step up",
    "waits_for_payments": "more would be allowed, once more invoices are paid on time",
    "methods_lower": "the methods allow clearly less",
    "prepay_only": "nothing on credit is allowed",
    "within_band": "near enough to what is allowed",
}
"""Each reason of a move."""

REVIEW: Mapping[str, str] = {
    "file": "credit file",
    "terms": "terms and discounts",
    "payment_record": "payment record",
    "risk": "country, region and industry risks",
    "limit": "credit limit",
}
"""What is gone through."""

REVIEW_WHY: Mapping[str, str] = {
    "event": "a serious event",
    "insurer": "the insurer's decision",
    "overdue": "long overdue money",
    "expired": "the limit has run out",
    "never": "never gone through",
    "interval": "its time has come",
}
"""Why a review is due."""

SETTLEMENT: Mapping[str, str] = {
    "open_account": "open account",
    "documentary_collection": "documentary collection",
    "letter_of_credit": "letter of credit",
    "confirmed_letter_of_credit": "confirmed letter of credit",
    "cash_in_advance": "cash in advance",
}
"""How a customer had better pay."""
