"""Compiled loops of the models: arrays come in, arrays go out."""
