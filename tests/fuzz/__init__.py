"""Fuzzing: what must hold for every file and every release zip, whatever its bytes."""
