"""Profiles (MIG): what a partner or a deployment asks of a message beyond the directory, as a YAML file."""

from edi_router.formats.edifact.profile.profile import Profile, load_profile, load_profiles, profile_named

__all__ = ["Profile", "load_profile", "load_profiles", "profile_named"]
