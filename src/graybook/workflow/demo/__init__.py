"""Numbers of an invented patient come in; her files go out."""
