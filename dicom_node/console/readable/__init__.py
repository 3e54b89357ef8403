"""What this node made, as people read it in a browser: reports, messages, pictures, PDF."""
