"""Sentences about grades, screening and kept scorecards."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "credit.grading.bins": "has {points} points for {edges} lines; lines must rise, points are one more than lines, "
    "none is negative, and the better bin ({better} is better) never has fewer",
    "credit.grading.matrix_shape": "must be three rows of three grades from A to E, and says {matrix}",
    "credit.grading.matrix_order": "gives a worse grade for more ability or willingness somewhere: {matrix}",
    "credit.grading.axis_lines": "must be two rising lines between 0 and 100, and says {lines}",
    "credit.grading.chances": "must be five rising chances between 0 and 1, grade A first, and says {chances}",
    "credit.grading.grade_unknown": "is no grade; the grades are {known}",
    "credit.grading.level_grades": "must name a grade for each of the five levels, and names {count}",
    "credit.grading.no_admissions": "No request for credit was decided within the last year, so there is no mean; "
    "{open} are open.",
    "credit.grading.no_card": "This is no kept scorecard ({form}); solvent scorecard train --save writes one.",
    "credit.grading.card_broken": "The kept scorecard does not fit together at {what}; train and save it anew.",
    "credit.grading.card_columns": "The file has none of the columns that the card counts: {columns}.",
    "credit.grading.card_column_missing": "is a column of the card and not in the file; it counts as "
    "missing in every row",
    "credit.grading.card_shift": "The scores have shifted from those that the card was learned from (stability index "
    "{index}, line {line}); its chances no longer hold for these firms, and no grade uses them.",
    "credit.grading.card_gate": "The card did not pass its quality gate ({checks}) and may not be used.",
    "credit.grading.no_customer": "There is no such customer on this day.",
}
