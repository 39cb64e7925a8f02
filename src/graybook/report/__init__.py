"""The report: an assessment comes in; result.json, HTML, PDF and figures go out."""
