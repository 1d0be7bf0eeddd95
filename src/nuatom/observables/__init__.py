"""What is measured with other probes: F(E, Q), Compton spectra, stopping powers, events of dark matter.

`spectral` integrates over the transfer at one momentum; the others are one observable each.
"""
