"""A study comes in; bands of its metrics, chances of its limits and what they come from go out."""
