"""Graybook: a cancer patient's lifetime radiation record."""

__version__ = "0.1.0"
