"""Screening: the random-phase response of an atom, from its interaction to a stored table."""
