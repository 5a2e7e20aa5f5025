"""A district that is far too large, to see what the product does under load."""
