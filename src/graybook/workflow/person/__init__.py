"""All of the above comes in for one person; the study that every question starts from, and one result, go out."""
