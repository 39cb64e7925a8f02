"""Organs with their doses come in; what limits say, and what they leave, go out."""
