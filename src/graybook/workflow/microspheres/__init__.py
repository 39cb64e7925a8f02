"""Radioembolisation: masses, uptake and images of one liver come in; doses before and after, with every choice, go out."""
