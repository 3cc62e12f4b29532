"""Profiles (MIG): what a partner or a deployment asks of a message beyond the directory, as a YAML file."""

from edi_router.formats.edifact.profile.profile import (
    Profile,
    load_named_profile,
    load_profile,
    load_profiles,
    profile_named,
    profile_names,
)

__all__ = [
    "Profile", "load_named_profile", "load_profile", "load_profiles", "profile_named", "profile_names"
]  # fmt: skip
