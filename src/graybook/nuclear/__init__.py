"""Radionuclide therapy: activities of organs over time come in; time-integrated activity, dose and BED go out. Arrays, no files."""
