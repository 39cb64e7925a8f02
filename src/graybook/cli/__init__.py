"""The command line: words come in, one workflow is called, its result is rendered."""
