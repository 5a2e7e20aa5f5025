"""Pages about organisations and those who work for them."""
