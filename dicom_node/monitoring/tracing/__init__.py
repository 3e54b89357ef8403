"""One trace for each study, made of the times that the ledger has: no context has to travel with an image."""
