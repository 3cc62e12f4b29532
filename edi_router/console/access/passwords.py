"""Passwords and the secrets of sessions and tokens: how they are made, hashed and compared."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 200
"""Characters of a password: NIST SP 800-63B asks for length, not for kinds of characters."""
NAME_LENGTH = 64
PREFIX = "edir_"
"""Begins each token, so that who searches files for secrets that leaked finds it."""


class Unfit(ValueError):
    """A name or password that cannot be taken; `en` and `zh` say why."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en, self.zh = en, zh


@dataclass(frozen=True, slots=True)
class Passwords:
    """Hashes passwords with argon2id: by default 19 MiB, 2 passes, 1 lane, the least that OWASP asks for."""

    memory: int = 19 * 1024
    """KiB."""
    passes: int = 2

    def hash(self, password: str) -> str:
        """The hash to keep, with its salt and parameters. Raises Unfit for a password too short or too long."""
        text = normal(password)
        if not SHORTEST <= len(text) <= LONGEST:
            raise Unfit(
                f"a password has {SHORTEST} to {LONGEST} characters; this one has {len(text)}",
                f"密码长度应为 {SHORTEST} 至 {LONGEST} 个字符，当前为 {len(text)} 个",
            )
        try:
            return self._hasher().hash(text)
        except UnicodeEncodeError:
            raise Unfit("the password has a character that is none", "密码含有无效字符") from None

    def fits(self, password: str, kept: str | None) -> bool:
        """Whether the password is that of the hash; without a hash it takes as long, and does not fit."""
        try:
            found = self._hasher().verify(
                _nobodys(self) if kept is None else kept, normal(password)[:LONGEST]
            )
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False
        return found and kept is not None

    def outdated(self, kept: str) -> bool:
        """Whether the hash was made with other parameters, and should be made again now."""
        return self._hasher().check_needs_rehash(kept)

    def _hasher(self) -> PasswordHasher:
        return PasswordHasher(time_cost=self.passes, memory_cost=self.memory, parallelism=1)


@cache
def _nobodys(passwords: Passwords) -> str:
    """The hash of a password that nobody has."""
    return passwords.hash(secrets.token_urlsafe())


def normal(text: str) -> str:
    """The same characters however a keyboard makes them (Unicode NFKC)."""
    return unicodedata.normalize("NFKC", text)


def account_name(text: str) -> str:
    """The name of an account or token as it is kept: NFKC, small letters. Raises Unfit.

    >>> account_name("Anna.Li"), account_name("ｗａｎｇ"), account_name("李明")
    ('anna.li', 'wang', '李明')
    >>> account_name("a b@c")
    Traceback (most recent call last):
    edi_router.console.access.passwords.Unfit: a name has 1 to 64 letters, digits, '.', '_' or '-', not 'a b@c'
    """
    name = normal(normal(text).casefold())
    if not 1 <= len(name) <= NAME_LENGTH or not all(each.isalnum() or each in "._-" for each in name):
        raise Unfit(
            f"a name has 1 to {NAME_LENGTH} letters, digits, '.', '_' or '-', not '{text}'",
            f"名称应为 1 至 {NAME_LENGTH} 个字母、数字、“.”、“_”或“-”，而不是“{text}”",
        )
    return name


def secret() -> str:
    """A new secret that nobody can guess: 256 random bits, as text."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """Under what a random secret is kept: SHA-256, since what has 256 random bits cannot be tried out.

    >>> fingerprint("x")[:8]
    '2d711642'
    """
    return hashlib.sha256(secret.encode()).hexdigest()
