"""Radionuclide therapy: images and administrations of a person come in; doses of organs, cycle by cycle, go out."""
