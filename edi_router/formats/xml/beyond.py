"""What a proof of validity does not go into; the schema's validator does."""


class Beyond(Exception):
    """Something of a schema that is left to its validator."""
