"""Compiled loops of the equieffective sum: arrays come in, arrays go out."""
