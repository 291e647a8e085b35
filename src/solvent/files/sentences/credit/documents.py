"""Sentences about documents on credit and the exchange with peers."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "documents.customer_unknown": (
        "the books know no customer of this number; solvent aging --by customer lists them all"
    ),
    "peers.file_unreadable": "is no tape of peers that can be read: {error}; solvent peers export writes one",
    "peers.from_the_future": (
        "{count} rows of the tape are of later days than {day}, the day of the books, and were left out"
    ),
    "peers.secret_missing": "needs the secret that the peers share: a file with it, after --secret-file",
    "peers.secret_short": "the secret that peers share has at least {least} characters; a shorter one can be guessed",
    "peers.tape_form": "is no tape of the form {form}; missing columns: {missing}",
}
"""Problem code to English sentence."""
