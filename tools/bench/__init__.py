"""`make bench`: what the product does in a second, against the machine's own floors."""
