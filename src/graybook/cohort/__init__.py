"""Results of many persons come in; one table, guarded answers and statistics go out."""
