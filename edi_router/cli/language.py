"""The language of the screen: `--lang`, else EDI_ROUTER_LANG, else the locale; English or Chinese."""

from __future__ import annotations

import os
import sys


def _chosen() -> str:
    arguments = sys.argv[1:]
    for index, argument in enumerate(arguments):
        if argument == "--lang" and index + 1 < len(arguments):
            return arguments[index + 1]
        if argument.startswith("--lang="):
            return argument.partition("=")[2]
    for variable in ("EDI_ROUTER_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return value
    return "en"


LANGUAGE = "zh" if _chosen().lower().startswith("zh") else "en"
"""Settled once, when the command starts: help texts are made at import."""


def say(en: str, zh: str) -> str:
    """The text in the language of the screen."""
    return zh if LANGUAGE == "zh" else en
