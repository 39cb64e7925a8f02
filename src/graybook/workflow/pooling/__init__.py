"""Pooling: results of many persons come in; the parts and the table of a pool go out."""
