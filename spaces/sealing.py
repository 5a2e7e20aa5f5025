"""Small secrets kept in the database under SECRET_KEY: a stolen backup does not tell them."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


def seal(text: str, purpose: str) -> bytes:
    return _under(purpose).encrypt(text.encode())


def unseal(sealed: bytes | memoryview, purpose: str) -> str:
    """Empty when it was sealed under another SECRET_KEY: then it has to be written anew."""
    try:
        return _under(purpose).decrypt(bytes(sealed)).decode()
    except InvalidToken:
        return ""


def _under(purpose: str) -> Fernet:
    key = hashlib.sha256(f"{purpose}:{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
