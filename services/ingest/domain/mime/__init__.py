"""What a mail is made of: bytes, character sets, parts (RFC 2045 to 2049)."""
