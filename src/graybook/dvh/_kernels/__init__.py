"""Kernels of the dose-volume histogram: arrays only, never a record."""
