"""Alignment: phantoms whose true deformation is known, other programs, and real landmarks come in; the accuracy page goes out."""
