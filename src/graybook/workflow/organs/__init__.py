"""Doses of courses come in; every organ with every dose on it, equieffective at its own α/β, goes out."""
