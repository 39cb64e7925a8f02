"""A record goes out in the formats of others (FHIR, OSIRIS, OMOP), and comes back from them; findings say what did not fit."""
