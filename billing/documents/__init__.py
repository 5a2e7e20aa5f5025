"""What documents say: their lines and VAT, the paper, the e-invoice and the statements."""
