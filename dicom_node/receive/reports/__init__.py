"""Final reports in: ORU^R01 over the MLLP listener of orders."""
