"""Microspheres: activity, shunt, masses and uptake come in; doses of lung, liver and tumour go out. Arrays, no files."""
