"""The scoreboard: Graybook and other programs on the same cases in one run; docs/science/dvh-accuracy.md goes out."""
