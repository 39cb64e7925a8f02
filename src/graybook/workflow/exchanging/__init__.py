"""Exchanging: a person's record as facts that other formats hold, their documents, and what is said of both."""
