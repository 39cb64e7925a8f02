"""Metrics and limits come in; verdicts and what is left to give go out. The room is ready; its furniture comes with the limits."""
