"""Deterministic UIDs: the same parts give the same UID, so a result that is sent again is no second result."""

import hashlib


def derive_uid(*parts: str) -> str:
    """Return a UUID-derived UID, `2.25.` and a 128-bit integer (PS3.5 B.2), from the sha256 of the parts."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    # RFC 9562 version 8 (custom) and variant bits: receivers that check a UUID find a valid one.
    number = int.from_bytes(digest[:16], "big")
    number = number & ~(0xF << 76) | (0x8 << 76)
    number = number & ~(0x3 << 62) | (0x2 << 62)
    return f"2.25.{number}"
