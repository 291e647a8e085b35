"""Details: the text behind a line of MT940 into the other party, its account, and what the payer wrote.

SWIFT leaves the text to the banks. Three ways of writing are common: numbered parts behind a mark (``?20``, ``>20``,
``~20``, in German, Austrian and Polish banks), words between slashes (``/NAME/.../REMI/...``, in Dutch and many
international banks), and free text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from solvent.intake.bank.cells import account_of, iban_in, meant, told_once

_NUMBERED = re.compile(r"\s*[0-9]{0,3}\s?([?>~^<@#|])[0-9]{2}")
_WIDTH, _LINE = 27, 65
"""Characters of a numbered part, and of a line of text; a full one runs on without a blank."""
_WORDS = re.compile(
    r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP|DDAT|RREF|SQTP|ORCR|ORMR|MDAT|ANAM)\s?\+"
)
_SLASHED = re.compile(
    r"/(TRTP|IBAN|BBAN|BIC|NAME|REMI|EREF|KREF|ORDP|BENM|ADDR|ISDT|CSID|MARF|PREF|RTRN|ACCW|ADDI|CNTP|SVCL|ULTD|ULTC|"
    r"PURP|OCMT|CHGS|EXCH|OGB|VA)(?=/)"
)
_LABELLED = {
    "account": re.compile(r"\b(?:REK|IBAN|Z RACH\.?|NA RACH\.?|KONTO)\s?:\s?([A-Z]{2}[0-9]{2}[A-Z0-9]+|[0-9]{8,26})"),
    "name": re.compile(r"(?:\b|/)(?:NAAM|NAME|OD|DLA)\s?:\s?([^;/]+)"),
    "reference": re.compile(r"\b(?:TYT\.?|REMIT|OMSCHRIJVING)\s?:\s?([^;]+)"),
}
_ACCOUNT = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}|P?[0-9]{7,34}")


@dataclass(frozen=True)
class Details:
    """What the text tells; empty where it does not."""

    counterparty: str = ""
    account: str = ""
    reference: str = ""


def details_of(fields: Sequence[Sequence[str]]) -> Details:
    """What the texts behind one line tell.

    Args:
        fields: for each field ``:86:`` its lines as they stand in the file.
    """
    found = [_of(lines) for lines in fields]
    return Details(
        next((one.counterparty for one in found if one.counterparty), ""),
        next((one.account for one in found if one.account), ""),
        told_once(one.reference for one in found),
    )


def non_swift(lines: Sequence[str]) -> Details:
    """What a field ``:NS:`` behind a line tells: parts 01 to 14 text, 15 and 16 the name, 34 the account."""
    parts = [(line[:2], line[2:].strip()) for line in lines]

    def of(*keys: str) -> list[str]:
        return [text for key, text in parts if key in keys and text]

    texts = of(*(f"{number:02}" for number in range(1, 15))) or of("17")
    return Details(" ".join(of("15", "16")), account_of("".join(of("34")[:1])), told_once(texts))


def _of(lines: Sequence[str]) -> Details:
    whole = "".join(lines)
    found = _NUMBERED.match(whole)
    if found:
        return _numbered(whole[found.end(1) - 1 :], found[1])
    if whole.lstrip().startswith("/") and _SLASHED.search(whole):
        return _slashed(whole)
    return _free(lines)


def _numbered(text: str, mark: str) -> Details:
    """Parts behind a mark: 20 to 29 and 60 to 63 what was written, 31 or 38 the account, 32 and 33 the name."""
    pieces = re.split(re.escape(mark) + r"([0-9]{2})", text)
    parts = list(zip(pieces[1::2], pieces[2::2]))

    def of(first: int, last: int) -> list[str]:
        return [part for key, part in parts if first <= int(key) <= last]

    said = _words(_run_on([*of(20, 29), *of(60, 63)]))
    account = account_of("".join([*of(38, 38), *of(31, 31)][:1])) or account_of(said.get("IBAN", "").split(" ")[0])
    name = " ".join(_run_on(of(32, 33)).split()) or meant(said.get("ABWA", "")) or meant(said.get("ABWE", ""))
    reference = told_once([said.get("", ""), said.get("SVWZ", ""), said.get("EREF", ""), said.get("RREF", "")])
    return Details(name, account, reference or told_once(of(0, 0)))


def _run_on(parts: Sequence[str]) -> str:
    """Parts as one text: a full part was cut in the middle of a word, a shorter one ends there."""
    text = ""
    for part in parts:
        text += part if len(part) >= _WIDTH else part + " "
    return text


def _words(text: str) -> dict[str, str]:
    """``EREF+...SVWZ+...`` by word; what stands before the first under an empty one."""
    pieces = _WORDS.split(text)
    told = {"": pieces[0]}
    for word, part in zip(pieces[1::2], pieces[2::2]):
        told.setdefault(word, part.strip())
    return told


def _slashed(text: str) -> Details:
    pieces = _SLASHED.split(text)
    told: dict[str, str] = {}
    for word, part in zip(pieces[1::2], pieces[2::2]):
        told.setdefault(word, part.strip("/ "))
    name, account = told.get("NAME", ""), told.get("IBAN", "") or told.get("BBAN", "")
    said = [re.sub(r"^(?:USTD|STRD)/+", "", told.get("REMI", ""))]
    if told.get("CNTP"):
        steps = [*told["CNTP"].split("/"), "", "", ""]
        account, name = account or steps[0], name or steps[2]
    for side in ("ORDP", "BENM"):
        if told.get(side):
            first, *rest = told[side].split("/")
            if _ACCOUNT.fullmatch(account_of(first)):
                account, first, rest = account or first, *((rest[0], rest[1:]) if rest else ("", []))
            name = name or first
            said.append(" ".join(part for part in rest if part))
    account = account or told.get("ACCW", "").split(",")[0]
    said += [told.get(word, "") for word in ("EREF", "PREF", "KREF", "ADDI")]
    reference = told_once(said) or told_once([pieces[0], told.get("OCMT", ""), told.get("TRTP", "")])
    return Details(meant(name), account_of(account), reference)


def _free(lines: Sequence[str]) -> Details:
    text = ""
    for line in lines:
        text += line if len(line) >= _LINE and line[-1] != " " else line.strip() + " "
    text = " ".join(text.split())
    found = {name: match[1].strip() for name, pattern in _LABELLED.items() if (match := pattern.search(text))}
    first = lines[0].strip() if lines else ""
    begins = re.match(r"([A-Z]{2}[0-9]{2}[A-Z]{4}[0-9]{7,14}|[0-9]{10})\s+(\S.*)", first)
    if begins and len(lines) > 1 and not found:
        rest = " ".join(" ".join(lines[1:]).split())
        return Details(meant(begins[2]), begins[1], told_once([rest]))
    account = found.get("account", "") or iban_in(text)
    return Details(meant(found.get("name", "")), account_of(account), told_once([found.get("reference", text)]))
