"""Database servers that tests start for themselves."""
