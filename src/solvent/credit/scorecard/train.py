"""Train: learn both models again and again without a part of the rows, judge them on that part, then learn for use.

A fold's chances come from models and from a calibration that saw nothing of it: the calibration of a fold is learned
on scores that models told on the other folds, each of them without that fold and without the one it tells. A model
learned without two folds serves both, so five folds cost ten such models and five of the fold's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from solvent.base.problem import Problem, SolventError
from solvent.base.terms import Terms, term
from solvent.credit.scorecard import boosted as trees
from solvent.credit.scorecard import card as cards
from solvent.credit.scorecard.calibration import Calibration, calibrate
from solvent.credit.scorecard.derive import Pairs, pairs
from solvent.credit.scorecard.folds import cut
from solvent.credit.scorecard.quality import Bools, Floats, Ints
from solvent.credit.scorecard.sheet.sheet import Sheet

MODELS = ("scorecard", "boosted")
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Training(Terms, key="credit.scorecard.training"):
    """How often the models are learned."""

    folds: int = term(5, unit="folds", source="own choice: usual in the field")
    repetitions: int = term(5, unit="cuts into folds", source="own choice: a single cut moves an AUC by a hundredth")
    once_from_rows: int = term(40000, unit="rows", source="own choice: with so many one cut says as much as five")
    inner_parts: int = term(3, unit="parts", source="own choice: evidence of a row is learned from the other parts")
    least_failures: int = term(10, unit="failures", source="own choice: two for each of five folds")
    seed: int = term(20260101, unit="seed", source="own choice")


DEFAULTS = Training()


@dataclass(frozen=True)
class Fitted:
    """Both models, learned from the same rows; ``chosen``: the card's columns; ``boosted``: None without LightGBM."""

    pairs: Pairs
    names: Sequence[str]
    words: Sequence[Sequence[str]]
    card: cards.Card
    chosen: Sequence[int]
    boosted: trees.Boosted | None
    best_column: int

    def columns(self, values: Floats) -> Floats:
        """The given and the derived columns."""
        return np.hstack([values, self.pairs.columns(values)])

    def places(self, columns: Floats) -> Ints:
        """[rows, parts of the card]: the bin of each value."""
        if not self.chosen:
            return np.empty((len(columns), 0), dtype=np.int64)
        return self.card.places([columns[:, column] for column in self.chosen])

    def risks(self, values: Floats) -> dict[str, Floats]:
        """What each model says of each row, in log odds up to a constant; ``column`` is the best single column."""
        columns = self.columns(values)
        told = {"scorecard": self.card.risk(self.card.points(self.places(columns)))}
        if self.boosted is not None:
            told["boosted"] = self.boosted.risk(columns)
        return told


@dataclass(frozen=True)
class Cut:
    """One repetition: which rows were told out of sample, in which fold, and by model the risk and the chance of each.

    shift: by model the risks of the rows that were learned from, to compare with the risks of those told.
    """

    rows: Ints
    fold: Ints
    risk: dict[str, Floats]
    chance: dict[str, Floats]
    baseline: Floats
    learned: dict[str, list[tuple[Floats, Floats]]]


@dataclass(frozen=True)
class Trained:
    """Everything: each repetition, the models for use, and their calibrations."""

    cuts: Sequence[Cut]
    fitted: Fitted
    calibrations: dict[str, Calibration]
    learned_from: Ints
    problems: Sequence[Problem]
    folds: int


@dataclass(frozen=True)
class Plan:
    """What is asked: folds over all rows, or a split in time (rows to learn from, rows to test on)."""

    train: Bools | None = None
    test: Bools | None = None
    workers: int = 1
    boosted: bool = True


@dataclass(frozen=True)
class _Job:
    """Learn from the rows of ``on``; tell the rows of ``tell``."""

    on: Ints
    tell: Ints
    seed: int
    both: bool


def train(sheet: Sheet, plan: Plan, terms: Training = DEFAULTS, progress: Progress | None = None) -> Trained:
    """Judge and learn.

    Raises:
        SolventError: too few failures, or a split in time that leaves nothing.
    """
    problems: list[Problem] = []
    with_trees = plan.boosted and trees.at_hand()
    if plan.boosted and not with_trees:
        problems.append(Problem("credit.scorecard.no_lightgbm"))
    base = np.arange(len(sheet.failed)) if plan.train is None else np.flatnonzero(plan.train)
    folds = _folds(sheet, base, terms)
    many = 1 if plan.train is not None or len(base) >= terms.once_from_rows else terms.repetitions
    if plan.train is None and many < terms.repetitions:
        problems.append(Problem("credit.scorecard.fewer_repetitions", "", {"rows": len(base), "repetitions": many}))
    jobs: list[_Job] = []
    cuts = [cut(sheet.cluster[base], sheet.failed[base], folds, terms.seed, repetition) for repetition in range(many)]
    for repetition, fold in enumerate(cuts):
        jobs += _jobs(base, fold, folds, terms.seed + 1000 * repetition, split=plan.test)
    jobs.append(_Job(base, base[:0], terms.seed, True))
    results = _run(sheet, jobs, terms, with_trees=with_trees, workers=plan.workers, progress=progress)
    fitted = results[-1][0]
    each = (len(jobs) - 1) // many
    told = [
        _cut(sheet, base, fold, results[each * number : each * (number + 1)], plan.test)
        for number, fold in enumerate(cuts)
    ]
    return Trained([one for one, _ in told], fitted, told[0][1], base, problems, folds)


def _folds(sheet: Sheet, base: Ints, terms: Training) -> int:
    fails = int(sheet.failed[base].sum())
    failing = len(np.unique(sheet.cluster[base][sheet.failed[base]]))
    sound = len(np.unique(sheet.cluster[base][~sheet.failed[base]]))
    if failing < max(terms.least_failures, 2 * terms.folds) or sound < 2 * terms.folds:
        needed = max(terms.least_failures, 2 * terms.folds)
        raise SolventError(
            "credit.scorecard.few_failures", sheet.target, failures=fails, clusters=failing, needed=needed
        )
    return terms.folds


def _jobs(base: Ints, fold: Ints, folds: int, seed: int, split: Bools | None) -> list[_Job]:
    """The models of one repetition: of each fold (or of the split), then those that the calibrations need."""
    if split is not None:
        inner = [_Job(base[fold != one], base[fold == one], seed + one, False) for one in range(folds)]
        return [_Job(base, np.flatnonzero(split), seed + 99, True), *inner]
    outer = [_Job(base[fold != one], base[fold == one], seed + one, True) for one in range(folds)]
    for number, (one, other) in enumerate(combinations(range(folds), 2)):
        out = (fold == one) | (fold == other)
        outer.append(_Job(base[~out], base[out], seed + 100 + number, False))
    return outer


Result = tuple[Fitted, dict[str, Floats], dict[str, Floats], Floats]


def _run(
    sheet: Sheet, jobs: Sequence[_Job], terms: Training, *, with_trees: bool, workers: int, progress: Progress | None
) -> list[Result]:
    done: list[Result] = []
    with ThreadPoolExecutor(max(1, workers)) as pool:
        for result in pool.map(lambda job: _one(sheet, job, terms, with_trees), jobs):
            done.append(result)
            if progress is not None:
                progress(len(done), len(jobs))
    return done


def _one(sheet: Sheet, job: _Job, terms: Training, with_trees: bool) -> Result:
    """Learn, then tell: the models, the risks of the rows told, those of the rows learned from, and the best column."""
    fitted, alone = fit(sheet, job.on, job.seed, terms, with_trees=with_trees)
    told = fitted.risks(sheet.values[job.tell]) if len(job.tell) else {}
    learned = fitted.risks(sheet.values[job.on]) if job.both else {}
    return fitted, told, learned, alone(sheet.values[job.tell])


def fit(
    sheet: Sheet, on: Ints, seed: int, terms: Training = DEFAULTS, *, with_trees: bool = True
) -> tuple[Fitted, Callable[[Floats], Floats]]:
    """Both models learned from the rows ``on``, and the evidence of failure of the best single column."""
    values, failed = sheet.values[on], sheet.failed[on]
    part = cut(sheet.cluster[on], failed, terms.inner_parts, seed)
    given = cards.candidates(values, sheet.words, failed, part)
    telling = given.told()
    derived = pairs(values, telling, sheet.numbers)
    extra = derived.columns(values)
    none: Sequence[str] = ()
    more = cards.candidates(extra, [none] * derived.count, failed, part)
    offered = cards.Candidates(
        [*given.fine, *more.fine], [*given.tables, *more.tables], np.hstack([given.evidence, more.evidence])
    )
    names = [*sheet.names, *derived.names(sheet.names)]
    words = [*sheet.words, *([none] * derived.count)]
    card, chosen = cards.learn(offered, names, words, failed, given=values.shape[1])
    grown = None
    if with_trees:
        is_word = [bool(one) for one in words]
        grown = trees.learn(np.hstack([values, extra]), is_word, failed, part, seed=seed % 100_000)
    best = int(np.argmax(telling))
    own = cards.single(given, best, sheet.words[best])
    return Fitted(
        derived, names, words, card, chosen, grown, best
    ), lambda told: -own.evidence[own.place(told[:, best])]


def _cut(
    sheet: Sheet, base: Ints, fold: Ints, results: Sequence[Result], test: Bools | None
) -> tuple[Cut, dict[str, Calibration]]:
    """Chances of one repetition, and the calibrations of the models for use."""
    if test is not None:
        return _split(sheet, base, fold, results, test)
    risk, chance, curves = {}, {}, {}
    failed, folds = sheet.failed[base], int(fold.max()) + 1
    for model in results[0][1]:
        raw, sure = np.empty(len(base)), np.empty(len(base))
        inner = np.full((folds, len(base)), np.nan)
        for number, (one, other) in enumerate(combinations(range(folds), 2)):
            out = np.flatnonzero((fold == one) | (fold == other))
            told = results[folds + number][1][model]
            inner[one, out[fold[out] == other]] = told[fold[out] == other]
            inner[other, out[fold[out] == one]] = told[fold[out] == one]
        for one in range(folds):
            rest = fold != one
            raw[~rest] = results[one][1][model]
            sure[~rest] = calibrate(inner[one, rest], failed[rest], fold[rest]).chance(raw[~rest])
        risk[model], chance[model] = raw, sure
        curves[model] = calibrate(raw, failed, fold)
    baseline = np.empty(len(base))
    for one in range(folds):
        baseline[fold == one] = results[one][3]
    learned = {model: [(results[one][2][model], risk[model][fold == one]) for one in range(folds)] for model in risk}
    return Cut(base, fold, risk, chance, baseline, learned), curves


def _split(
    sheet: Sheet, base: Ints, fold: Ints, results: Sequence[Result], test: Bools
) -> tuple[Cut, dict[str, Calibration]]:
    chance, curves = {}, {}
    _, risk, learned, baseline = results[0]
    for model in risk:
        inner = np.empty(len(base))
        for one in range(int(fold.max()) + 1):
            inner[fold == one] = results[1 + one][1][model]
        curves[model] = calibrate(inner, sheet.failed[base], fold)
        chance[model] = curves[model].chance(risk[model])
    rows = np.flatnonzero(test)
    shifts = {model: [(learned[model], risk[model])] for model in risk}
    return Cut(rows, np.zeros(len(rows), dtype=np.int64), risk, chance, baseline, shifts), curves
