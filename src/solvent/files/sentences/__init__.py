"""Sentences: what each code says, in English; the catalogue holds the Chinese. A test asks for both, for every code.

A sentence names what is wrong, and what would be right or what follows from it. ``{word}`` is a fact of the problem.
"""

from __future__ import annotations

from collections.abc import Mapping

from solvent.files.sentences import (
    bank,
    books,
    boosted,
    desk,
    einvoice,
    matching,
    outflows,
    payment,
    sources,
    store,
)
from solvent.files.sentences.cash import liquidity, sales, simulation
from solvent.files.sentences.credit import (
    company_rules,
    credit_file,
    documents,
    grading,
    limits,
    orders,
    rule_words,
    rules,
    scorecard,
    warnings,
)
from solvent.files.sentences.server import api, imports, settings

SENTENCES: Mapping[str, str] = {
    **api.SENTENCES,
    **books.SENTENCES,
    **bank.SENTENCES,
    **boosted.SENTENCES,
    **credit_file.SENTENCES,
    **desk.SENTENCES,
    **documents.SENTENCES,
    **einvoice.SENTENCES,
    **grading.SENTENCES,
    **imports.SENTENCES,
    **limits.SENTENCES,
    **liquidity.SENTENCES,
    **matching.SENTENCES,
    **orders.SENTENCES,
    **outflows.SENTENCES,
    **payment.SENTENCES,
    **company_rules.SENTENCES,
    **rule_words.SENTENCES,
    **rules.SENTENCES,
    **sales.SENTENCES,
    **scorecard.SENTENCES,
    **settings.SENTENCES,
    **simulation.SENTENCES,
    **sources.SENTENCES,
    **store.SENTENCES,
    **warnings.SENTENCES,
}
"""Problem code to English sentence, of every topic."""
