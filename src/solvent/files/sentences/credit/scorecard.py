"""Sentences about learned scorecards."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "credit.scorecard.column_constant": "holds nothing but {value}, so it tells nothing and is left out",
    "credit.scorecard.column_empty": "is empty and is left out",
    "credit.scorecard.column_id": (
        "has another whole number in each of {rows} rows, as numbers of rows or customers do, and is left out"
    ),
    "credit.scorecard.column_names": (
        "has {count} different words in {rows} rows, as names and numbers of customers do, and is left out"
    ),
    "credit.scorecard.column_unknown": "there is no such column; the file has {known}",
    "credit.scorecard.failure_guessed": (
        "has the values {values}; {value}, the rarer one, is taken as failure; name the right one with --failure"
    ),
    "credit.scorecard.failure_unknown": "{value} is none of its values, which are {values}",
    "credit.scorecard.fewer_repetitions": (
        "with {rows} rows the folds are cut {repetitions} time(s) only, which is as sure; --repetitions asks for more"
    ),
    "credit.scorecard.few_failures": (
        "there are {failures} failures to learn from, {clusters} that are not copies or of one group; at least "
        "{needed} are needed, and as many survivors"
    ),
    "credit.scorecard.folds": "{value} folds cannot be cut; take 3 to 20",
    "credit.scorecard.giveaway": (
        "sorts failures from survivors nearly alone (AUC above {line}); it was probably filled in after the failure. "
        "No model with it is for use: leave it out with --leave-out, or make sure that it is known beforehand"
    ),
    "credit.scorecard.no_columns": "beside the target there is no column to learn from",
    "credit.scorecard.no_lightgbm": (
        "the boosted model needs LightGBM, which is not installed (pip install 'solvent[ml]'); the scorecard does not"
    ),
    "credit.scorecard.no_table": "is no table with a row of names; a CSV file, Parquet file or workbook is wanted",
    "credit.scorecard.not_for_use": "the model {model} did not pass its gate ({checks}) and is not for use",
    "credit.scorecard.nothing_to_test": (
        "{rows} rows lie in the time of the test, {failures} of them failures; both failures and survivors are needed"
    ),
    "credit.scorecard.split_incomplete": "a split in time needs all three: --time, --train-to and --test-from",
    "credit.scorecard.split_order": "the test begins at {first}, which is not after the end of learning, {last}",
    "credit.scorecard.target_constant": "has one value only ({values}); both failures and survivors are needed",
    "credit.scorecard.target_empty": "is empty in {rows} rows, which are left out",
    "credit.scorecard.target_not_binary": (
        "has {count} different values ({values}); the target says yes or no, so it has exactly two"
    ),
    "credit.scorecard.time_value": "is no year, month, day (2011-12-31) or number",
    "credit.scorecard.time_words": "holds words; a split in time needs a column of days, years or numbers",
}
"""Problem code to English sentence; {word} is a fact of the problem."""
