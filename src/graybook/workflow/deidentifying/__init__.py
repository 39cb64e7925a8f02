"""A folder with persons in it comes in; one without them goes out: same doses, links and intervals, no original word."""
