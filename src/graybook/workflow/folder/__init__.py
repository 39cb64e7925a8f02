"""A folder of files comes in; one person's courses, every file listed as used or left out, go out."""
