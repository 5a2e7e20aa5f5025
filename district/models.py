"""What belongs to the district as a whole."""

from django.db import models
from django.db.models.functions import Now


class Mail(models.Model):
    """A mail as it went out, in the demo: its mailbox is a page and no mail leaves."""

    recipient = models.EmailField(db_index=True)
    subject = models.CharField(max_length=300)
    sent_at = models.DateTimeField(db_default=Now())
    message = models.BinaryField()  # as it would stand in a mailbox

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.subject} ({self.recipient})"
