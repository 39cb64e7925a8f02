"""Dose in volumes: a contour stack and any field come in; histograms and metrics of weighted samples go out. No biology here."""
