"""Near-maximum over courses (rule 10): per-course near-maxima come in; the customary sum and the bound go out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

__all__ = ["bound_gy", "customary_sum_gy"]


def customary_sum_gy(near_maxima_gy: Sequence[float | None]) -> float | None:
    """
    The customary sum of per-course near-maxima D_v; never conservative, and never called so.

    Two separate spots of 0.02 cm³ with 45 Gy among 5 Gy: D0.03cc of each course is 5 Gy and the customary sum 10 Gy, while
    0.04 cm³ received 50 Gy.

    Returns
    -------
    None when a course has no value. [Gy]

    Examples
    --------
    >>> customary_sum_gy([5.0, 5.0])
    10.0
    """
    if not near_maxima_gy or any(value is None for value in near_maxima_gy):
        return None
    return float(sum(value for value in near_maxima_gy if value is not None))


def bound_gy(
    near_maximum_gy: Sequence[Callable[[float], float | None]], *, volume_cm3: float
) -> float | None:
    r"""
    A bound that the near-maximum of the sum cannot exceed, whatever the courses' geometry.

    If the sum exceeds :math:`\sum_k D_{v/N,k}` at a point, some course k exceeds its own :math:`D_{v/N,k}` there; those
    places hold at most v/N each, so at most v together.

    Parameters
    ----------
    near_maximum_gy
        For each course, a function from a volume [cm³] to D of that volume [Gy], on its own anatomy.
    volume_cm3
        v, named wherever the result is printed. [cm³]

    Returns
    -------
    None when a course has no value, or an organ is smaller than v (rule 13). [Gy]
    """
    if any(one(volume_cm3) is None for one in near_maximum_gy):
        return None
    share_cm3 = volume_cm3 / max(1, len(near_maximum_gy))
    return customary_sum_gy([one(share_cm3) for one in near_maximum_gy])
