"""Taking images in from the network: what that consists of, and the process of its own that it may run in."""
