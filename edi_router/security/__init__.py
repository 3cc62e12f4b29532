"""Signatures and encryption of files: bytes in, bytes and what is proven of them out; keys are given, never fetched."""
