"""The equieffective sum: physical doses per phase come in, one field of EQD2 with its two ends goes out."""
