"""Altman: golden numbers and the lines of the zones."""

from __future__ import annotations

import pytest

from solvent.credit.altman import Altman, Ratios, emerging, general, original, private, readings

EXAMPLE = Ratios(0.2, 0.15, 0.1, 0.8, 1.5)


def test_golden_numbers() -> None:
    assert general(EXAMPLE).score == pytest.approx(3.313)  # FORMULAS 4.7.1 prints 3.31
    assert original(EXAMPLE).score == pytest.approx(0.24 + 0.21 + 0.33 + 0.48 + 1.5)
    assert private(EXAMPLE).score == pytest.approx(0.1434 + 0.12705 + 0.3107 + 0.336 + 1.497)
    assert emerging(EXAMPLE).score == pytest.approx(6.563)


def test_parts_add_up_to_the_score() -> None:
    for reading in readings(EXAMPLE).values():
        shift = 3.25 if "3.25" in reading.variant else 0.0
        assert sum(reading.parts.values()) + shift == pytest.approx(reading.score)


@pytest.mark.parametrize(("score", "zone"), [(1.0999, "distress"), (1.1, "grey"), (2.5999, "grey"), (2.6, "safe")])
def test_zones_at_their_lines(score: float, zone: str) -> None:
    told = general(
        Ratios(0.0, 0.0, 0.0, 1.0), Altman(general_distress=1.05 / score * 1.1, general_safe=1.05 / score * 2.6)
    )
    assert told.zone == zone


def test_a_missing_ratio_leaves_out_its_variants() -> None:
    assert set(readings(Ratios(0.2, 0.15, 0.1, 0.8))) == {"general", "emerging"}
    assert readings(Ratios(None, 0.15, 0.1, 0.8, 1.0)) == {}
