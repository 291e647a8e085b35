"""Draws: random numbers that belong to a key, not to a sequence.

The same seed, purpose and key give the same number whatever the order of the rows, the size of the batch or the
number of threads. One customer can be drawn again alone, and what is left out changes nothing for the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import polars as pl

_WORD = 2**64
_STEP = 0x9E3779B97F4A7C15
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def uniform(seed: int, what: str, *keys: pl.Expr) -> pl.Expr:
    """One uniform draw in [0, 1) a row, Float64, a multiple of 2 ** -53.

    Args:
        seed: any whole number.
        what: what the draw is for; two purposes give independent draws for the same key.
        keys: integer expressions that name the row, none of them empty; at least one.

    >>> frame = pl.DataFrame({"no": [1, 2]}).with_columns(u=uniform(7, "delay", pl.col("no")))
    >>> frame.item(1, "u") == single(7, "delay", 2)
    True
    """
    bits = pl.lit(_start(seed, what), dtype=pl.UInt64)
    for key in keys:
        folded = bits ^ key.cast(pl.Int64).reinterpret(signed=False)
        bits = folded.map_batches(_mixed, return_dtype=pl.UInt64, is_elementwise=True)
    return (bits // 2**11).cast(pl.Float64) * 2.0**-53


def single(seed: int, what: str, *keys: int) -> float:
    """The same draw for one key, outside of any frame."""
    bits = _start(seed, what)
    for key in keys:
        bits ^= key % _WORD
        bits = (bits ^ bits >> 30) * _FIRST % _WORD
        bits = (bits ^ bits >> 27) * _SECOND % _WORD
        bits = (bits ^ bits >> 31) + _STEP & _WORD - 1
    return (bits >> 11) * 2.0**-53


def normal(draw: pl.Expr) -> pl.Expr:
    """The standard normal value below which a share of ``draw`` lies: Wichura's algorithm AS 241 (1988).

    Args:
        draw: uniform draws in [0, 1); a draw of exactly 0 gives the value of 2 ** -54.

    Returns:
        Float64, right to about 15 digits, growing with ``draw``.
    """
    return draw.map_batches(_quantile, return_dtype=pl.Float64, is_elementwise=True)


def below(draw: pl.Expr, count: int | pl.Expr) -> pl.Expr:
    """A whole number from 0 to ``count`` - 1, each as likely, Int64.

    >>> pl.select(below(pl.lit(0.99), 4)).item()
    3
    """
    return (draw * count).floor().cast(pl.Int64)


def chosen(draw: pl.Expr, weights: Sequence[float]) -> pl.Expr:
    """The place (Int64, from 0) that a draw falls on when each place is as likely as its weight says.

    >>> pl.DataFrame({"u": [0.0, 0.2, 0.99]}).select(chosen(pl.col("u"), [1, 1, 3])).to_series().to_list()
    [0, 1, 2]
    """
    total, running = sum(weights), 0.0
    place = pl.lit(0, dtype=pl.Int64)
    for weight in weights[:-1]:
        running += weight
        place = place + (draw >= running / total).cast(pl.Int64)
    return place


def _start(seed: int, what: str) -> int:
    return int.from_bytes(blake2b(f"{seed}/{what}".encode(), digest_size=8).digest(), "big")


def _mixed(bits: pl.Series) -> pl.Series:
    """SplitMix64's finaliser (Steele, Lea and Flood 2014); products wrap around at 2 ** 64."""
    bits = (bits ^ (bits // 2**30)) * _FIRST
    bits = (bits ^ (bits // 2**27)) * _SECOND
    return (bits ^ (bits // 2**31)) + _STEP


CENTRE = (
    (
        3.3871328727963666080e0,
        1.3314166789178437745e2,
        1.9715909503065514427e3,
        1.3731693765509461125e4,
        4.5921953931549871457e4,
        6.7265770927008700853e4,
        3.3430575583588128105e4,
        2.5090809287301226727e3,
    ),
    (
        1.0,
        4.2313330701600911252e1,
        6.8718700749205790830e2,
        5.3941960214247511077e3,
        2.1213794301586595867e4,
        3.9307895800092710610e4,
        2.8729085735721942674e4,
        5.2264952788528545610e3,
    ),
)
SIDE = (
    (
        1.42343711074968357734e0,
        4.63033784615654529590e0,
        5.76949722146069140550e0,
        3.64784832476320460504e0,
        1.27045825245236838258e0,
        2.41780725177450611770e-1,
        2.27238449892691845833e-2,
        7.74545014278341407640e-4,
    ),
    (
        1.0,
        2.05319162663775882187e0,
        1.67638483018380384940e0,
        6.89767334985100004550e-1,
        1.48103976427480074590e-1,
        1.51986665636164571966e-2,
        5.47593808499534494600e-4,
        1.05075007164441684324e-9,
    ),
)
TAIL = (
    (
        6.65790464350110377720e0,
        5.46378491116411436990e0,
        1.78482653991729133580e0,
        2.96560571828504891230e-1,
        2.65321895265761230930e-2,
        1.24266094738807843860e-3,
        2.71155556874348757815e-5,
        2.01033439929228813265e-7,
    ),
    (
        1.0,
        5.99832206555887937690e-1,
        1.36929880922735805310e-1,
        1.48753612908506148525e-2,
        7.86869131145613259100e-4,
        1.84631831751005468180e-5,
        1.42151175831644588870e-7,
        2.04426310338993978564e-15,
    ),
)


def _quantile(draws: pl.Series) -> pl.Series:
    """AS 241 on a column: one ratio of polynomials near the middle, two for the sides, put together at the end."""
    frame = pl.DataFrame({"u": draws.clip(2.0**-54, 1.0)})
    off = pl.col("u") - 0.5
    outer = pl.min_horizontal(pl.col("u"), 1.0 - pl.col("u"))
    frame = frame.with_columns(off.alias("off"), outer.log().neg().sqrt().alias("far"))
    middle = pl.col("off") * _ratio(CENTRE, 0.180625 - pl.col("off") * pl.col("off"))
    side = pl.when(pl.col("far") <= 5.0).then(_ratio(SIDE, pl.col("far") - 1.6))
    size = side.otherwise(_ratio(TAIL, pl.col("far") - 5.0))
    away = pl.when(pl.col("off") < 0).then(-size).otherwise(size)
    return frame.select(pl.when(pl.col("off").abs() <= 0.425).then(middle).otherwise(away)).to_series()


def _ratio(terms: tuple[tuple[float, ...], tuple[float, ...]], at: pl.Expr) -> pl.Expr:
    above, under = (_polynomial(coefficients, at) for coefficients in terms)
    return above / under


def _polynomial(coefficients: tuple[float, ...], at: pl.Expr) -> pl.Expr:
    value = pl.lit(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        value = value * at + coefficient
    return value
