"""Study and findings in, finished documents out. Knows no socket and no model; the one entry is `compose.compose`."""
