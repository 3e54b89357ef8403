"""The nouns of Osteonode, in the order of the flow. Standard library only: read this package first.

instance -> finding -> study -> document -> delivery, and errors.
"""
