"""Many places and spaces at once: as files of rows in and out, and edited together."""
