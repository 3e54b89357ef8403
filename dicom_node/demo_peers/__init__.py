"""A small archive and a small HL7 receiver, so that a node can be shown and tested with nothing else installed.

They speak the protocols for themselves and share no code with the node, so that a mistake there is not made twice.
"""
