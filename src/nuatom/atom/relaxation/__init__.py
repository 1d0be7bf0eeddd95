"""What an atom with a vacancy does: it emits photons and electrons until nothing is left that can go.

`holes` solves the atom with one electron less in every shell, `radiative` and `radiationless` compute the rates of its
decays, `table` keeps them, `cascade` follows them to the last charge, and `model` is what users see of it.
"""
