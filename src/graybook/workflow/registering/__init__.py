"""Images of two courses come in; a registration, what was measured on it and files of it go out."""
