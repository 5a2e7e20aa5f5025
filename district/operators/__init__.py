"""The district's own staff: what they see, and the little they change."""
