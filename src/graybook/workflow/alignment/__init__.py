"""Courses in frames of their own come in; how each reaches today's anatomy, and the union of structures, go out."""
