"""What a document must be before it leaves: `gate` asks all the others."""
