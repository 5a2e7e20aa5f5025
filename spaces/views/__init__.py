"""Pages on which owners keep their places and spaces."""
