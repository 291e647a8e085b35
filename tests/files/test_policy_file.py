"""Policy files: what is printed can be given back, and what is wrong is refused by name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import solvent.assessment  # noqa: F401  (brings every family of terms)
from solvent.base.problem import PolicyError
from solvent.base.terms import FAMILIES, Policy
from solvent.files.policy_file import PRESETS, complete, parse, read_policy

DAY = date(2026, 6, 30)


def own_families() -> list[str]:
    return sorted(key for key, kind in FAMILIES.items() if kind.__module__.startswith("solvent."))


def test_the_printed_policy_names_every_term_and_reads_back_the_same() -> None:
    text = complete(Policy(DAY))
    told = Policy(DAY, parse(text, "printed"))
    for key in own_families():
        assert told.terms(FAMILIES[key]) == Policy(DAY).terms(FAMILIES[key])
        assert f'[["{key}"]]' in text


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_decides_something_and_only_what_exists(preset: str) -> None:
    told = read_policy(DAY, preset=preset)
    assert any(told.terms(FAMILIES[key]) != Policy(DAY).terms(FAMILIES[key]) for key in own_families())


def test_a_file_goes_over_its_preset(tmp_path: Path) -> None:
    key = own_families()[0]
    text = complete(Policy(DAY))
    file = tmp_path / "policy.toml"
    file.write_text(text, "utf-8")
    told = read_policy(DAY, file, "growth")
    assert told.terms(FAMILIES[key]) == Policy(DAY).terms(FAMILIES[key])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[[", "policy.file_unreadable"),
        ('"measures.aging" = 3', "policy.family_shape"),
        ('[["measures.agging"]]\nx = 1', "policy.family_unknown"),
        ('[["measures.aging"]]\nbukkets = [30]', "policy.term_unknown"),
        ('[["measures.aging"]]\nsince = "2026"', "policy.since_no_day"),
        ('[["measures.aging"]]\nsince = 2026-01-01T00:00:00', "policy.since_no_day"),
    ],
    ids=["no toml", "no table", "family", "term", "text for a day", "moment for a day"],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, text: str, code: str) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(PolicyError) as raised:
        read_policy(DAY, file)
    assert raised.value.problem.code == code


def test_a_missing_file_and_an_unknown_preset_are_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyError):
        read_policy(DAY, tmp_path / "none.toml")
    with pytest.raises(PolicyError):
        read_policy(DAY, preset="galactic")
