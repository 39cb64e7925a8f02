"""A study comes in; dose already given, written for a planning system, goes out."""
