"""TLS for every connection of the node, in or out: contexts, handshakes, what went wrong in words, certificates."""
