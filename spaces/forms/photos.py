"""Pictures of a space."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.forms import TextsField
from accounts.pictures import MOST_BYTES, REFUSALS

MOST_AT_ONCE = 20


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several: always a list."""

    widget = SeveralFiles(attrs={"accept": "image/jpeg,image/png,image/webp"})

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[bytes]]":
        files = (data if isinstance(data, list) else [data]) or [None]
        if len(files) > MOST_AT_ONCE:
            raise ValidationError(_("Choose at most twenty at once."), "too_many")
        cleaned = [super(FilesField, self).clean(file, initial) for file in files]
        for file in cleaned:
            if file.size > MOST_BYTES:
                raise ValidationError(f"{file.name}: {REFUSALS['too_heavy']}", "too_heavy")
        return cleaned


class UploadForm(forms.Form):
    pictures = FilesField(label=_("Pictures"), help_text=_("JPEG, PNG or WebP, several at once."))


class AltForm(forms.Form):
    alt = TextsField(
        label=_("What it shows"),
        required=False,
        longest=200,
        help_text=_("Read aloud to those who cannot see it."),
    )
