"""Floor 5: from the bytes of a file to decisions, documents and acknowledgements."""
