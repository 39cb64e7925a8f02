"""One user story a module: files come in at one end, a report goes out at the other; the only importer of the edges."""
