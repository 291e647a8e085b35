"""Together: what moves everybody at once, and how much of each customer's lot is its own.

A one-period Gaussian factor model: one systemic factor, one for each sector, one for each group of connected customers,
the customer's own and the item's own. The same factors delay payment and bring failure, so late and lost move together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from solvent.base.problem import SolventError
from solvent.base.terms import Terms, term
from solvent.payment.dependence import Dependence
from solvent.simulation.horizon import Floats, Ints
from solvent.simulation.noise import keys_of, normals

DELAY, FAILURE = 0, 4
"""Where the loads of V and of D begin in a row of ``Together.loads``; see ``kernel.simulate``."""


@dataclass(frozen=True)
class Joint(Terms, key="simulation.together"):
    """What customers fail together by. How their delays move together is learned: ``payment.dependence``."""

    failure_systemic: float = term(
        0.10, unit="share of variance", most=1, source="own choice: between retail and corporate IRB"
    )
    failure_sector: float = term(0.10, unit="share of variance", most=1, source="own choice: as much as the economy")
    failure_group: float = term(
        0.60,
        unit="share of variance of a connected customer",
        most=1,
        source="DESIGN 1: members fail together with their parent",
    )
    delay_group: float = term(
        0.50,
        unit="share of a connected customer's own part",
        most=1,
        source="own choice: one treasury often pays for all",
    )
    delay_with_failure: float = term(
        0.50,
        unit="correlation of the systemic delay and failure",
        least=-1,
        most=1,
        source="own choice: prototype figure",
    )
    own_delay_with_failure: float = term(
        0.50,
        unit="correlation of a customer's own delay and failure",
        least=-1,
        most=1,
        source="own choice: who fails paid late before",
    )


@dataclass(frozen=True)
class Moves:
    """The factors of every path; positive is later, and worse. Keyed: a longer list of sectors changes no other.

    systemic, bad [paths]: delay and failure. sectors [sectors, paths]. group_late, group_bad [groups, paths].
    """

    systemic: Floats
    bad: Floats
    sectors: Floats
    group_late: Floats
    group_bad: Floats


def moves(seed: int, paths: int, sectors: Sequence[str], groups: Sequence[str], terms: Joint) -> Moves:
    """Draw the factors of ``paths`` paths, by the names of sectors and groups."""
    both = normals(seed, "systemic", 0, paths, 2)
    rho = terms.delay_with_failure
    return Moves(
        systemic=np.ascontiguousarray(both[:, 0]),
        bad=rho * both[:, 0] + sqrt(1.0 - rho * rho) * both[:, 1],
        sectors=_named(seed, "sector", sectors, paths, 0),
        group_late=_named(seed, "group", groups, paths, 0),
        group_bad=_named(seed, "group", groups, paths, 1),
    )


def _named(seed: int, what: str, names: Sequence[str], paths: int, column: int) -> Floats:
    rows = np.empty((len(names), paths))
    for place, word in enumerate(keys_of(names)):
        rows[place] = normals(seed, what, int(word), paths, column + 1)[:, column]
    return rows


def loads(dependence: Dependence, grouped: Ints, terms: Joint) -> Floats:
    """[customers, 10]: what V and D of each customer take of each factor, as ``kernel.simulate`` wants them.

    Args:
        grouped: [customers], the place of each customer's group, -1: it stands alone.

    Raises:
        SolventError: the shares of a policy leave nothing for the customer itself.
    """
    failing = terms.failure_systemic + terms.failure_sector
    if failing >= 1.0 or failing + terms.failure_group > 1.0 + 1e-9:
        raise SolventError("simulation.shares", shares=f"{failing + terms.failure_group:g}")
    own = max(1.0 - dependence.systemic - dependence.sector - dependence.customer, 0.0)
    in_group = np.where(grouped >= 0, 1.0, 0.0)
    rows = np.empty((len(grouped), 10))
    rows[:, 0] = sqrt(dependence.systemic)
    rows[:, 1] = sqrt(dependence.sector)
    rows[:, 2] = np.sqrt(in_group * terms.delay_group * dependence.customer)
    rows[:, 3] = np.sqrt((1.0 - in_group * terms.delay_group) * dependence.customer)
    rows[:, 4] = sqrt(terms.failure_systemic)
    rows[:, 5] = sqrt(terms.failure_sector)
    rows[:, 6] = np.sqrt(in_group * terms.failure_group)
    rows[:, 7] = np.sqrt(1.0 - failing - in_group * terms.failure_group)
    rows[:, 8] = sqrt(own)
    rows[:, 9] = terms.own_delay_with_failure
    return rows
