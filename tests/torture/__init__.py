"""The reliability campaign: what may break is broken, and a checker of its own looks what became of the messages."""
