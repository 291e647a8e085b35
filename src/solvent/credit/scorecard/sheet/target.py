"""Target: which of two answers is the failure."""

from __future__ import annotations

import polars as pl

from solvent.base.problem import Problem, SolventError

_FAILED = {
    "1", "1.0", "true", "yes", "y", "t", "failed", "failure", "fail", "bankrupt", "bankruptcy", "bad", "default",
    "defaulted", "insolvent", "insolvency", "delinquent", "overdue", "late", "unpaid", "loss", "charged off", "closed",
    "dead", "liquidated", "distress", "distressed", "坏", "坏账", "违约", "破产", "失败", "逾期", "是", "真",
    "倒闭", "失信", "无力偿债", "不良",
}  # fmt: skip
_SOUND = {
    "0", "0.0", "false", "no", "n", "f", "alive", "active", "good", "paid", "fully paid", "current", "healthy", "sound",
    "non-bankrupt", "nonbankrupt", "not bankrupt", "no default", "non-default", "solvent", "ok", "normal", "survived",
    "open", "好", "正常", "未违约", "未破产", "否", "假", "存续", "在业", "履约", "良好",
}  # fmt: skip
SHOWN = 6


def target_of(told: pl.Series, failure: str | None) -> tuple[pl.Series, str, list[Problem]]:
    """Yes or no for each row (null where the target is empty), the word of failure, and what has to be said.

    Args:
        told: the column as text, trimmed, empty cells null.
        failure: the word that means failure; None: the usual words in both languages, else the rarer of the two.

    Raises:
        SolventError: there are not exactly two answers, or the word named is none of them.
    """
    name = told.name
    tally = told.drop_nulls().value_counts(sort=True)
    words = sorted(str(word) for word in tally.get_column(name).to_list())
    if len(words) != 2:
        shown = ", ".join(words[:SHOWN]) + (", …" if len(words) > SHOWN else "")
        if len(words) < 2:
            raise SolventError("credit.scorecard.target_constant", name, values=shown)
        raise SolventError("credit.scorecard.target_not_binary", name, count=len(words), values=shown)
    if failure is not None:
        if failure.strip() not in words:
            raise SolventError("credit.scorecard.failure_unknown", name, value=failure, values=", ".join(words))
        return told == failure.strip(), failure.strip(), []
    word, notes = _guessed(words, str(tally.get_column(name)[1]), name)
    return told == word, word, notes


def _guessed(words: list[str], rarer: str, name: str) -> tuple[str, list[Problem]]:
    bad = [word for word in words if word.lower() in _FAILED]
    good = [word for word in words if word.lower() in _SOUND]
    if len(bad) == 1:
        return bad[0], []
    if not bad and len(good) == 1:
        return next(word for word in words if word not in good), []
    return rarer, [Problem("credit.scorecard.failure_guessed", name, {"value": rarer, "values": ", ".join(words)})]
