"""A centre's machine comes in; every calculation done on phantoms of known truth goes out."""
