"""Indices of a target: volumes of the target and of isodoses come in; conformity and gradient indices go out.

TV is the target's volume, PIV the volume of the prescription isodose wherever it lies, TV_PIV the part of the target inside
it. An index that would divide by nothing is None.
"""

from __future__ import annotations

__all__ = ["conformity_index", "gradient_index", "modified_gradient_index"]


def conformity_index(target_cm3: float, covered_cm3: float, isodose_cm3: float) -> float | None:
    """Paddick's conformity index, TV_PIV² / (TV · PIV): coverage times selectivity, 1 at best.

    Parameters
    ----------
    target_cm3
        TV. [cm³]
    covered_cm3
        TV_PIV. [cm³]
    isodose_cm3
        PIV. [cm³]

    References
    ----------
    Paddick I, J Neurosurg 93 Suppl 3 (2000) 219, doi 10.3171/jns.2000.93.supplement_3.0219.

    Examples
    --------
    >>> conformity_index(10.0, 9.0, 12.0)
    0.675
    """
    if target_cm3 <= 0.0 or isodose_cm3 <= 0.0:
        return None
    return covered_cm3 * covered_cm3 / (target_cm3 * isodose_cm3)


def gradient_index(half_isodose_cm3: float, isodose_cm3: float) -> float | None:
    """The gradient index, PIV_half / PIV: the isodose of half the prescription over that of the prescription.

    References
    ----------
    Paddick I, Lippitz B, J Neurosurg 105 Suppl (2006) 194, doi 10.3171/sup.2006.105.7.194.

    Examples
    --------
    >>> gradient_index(36.0, 12.0)
    3.0
    """
    return half_isodose_cm3 / isodose_cm3 if isodose_cm3 > 0.0 else None


def modified_gradient_index(half_isodose_cm3: float, covered_cm3: float) -> float | None:
    """The modified gradient index, PIV_half / TV_PIV: over the covered part of the target only.

    Prescription dose that is spilled outside the target worsens it, while it would flatter the gradient index.

    References
    ----------
    UK SABR Consortium, Stereotactic Ablative Body Radiation Therapy (SABR): A Resource, 2019, beside its prescription dose
    spillage PIV / TV_PIV.

    Examples
    --------
    >>> modified_gradient_index(36.0, 9.0)
    4.0
    """
    return half_isodose_cm3 / covered_cm3 if covered_cm3 > 0.0 else None
