"""Who may use the console: passwords, sessions, API tokens, limits on guessing, and providers of identities."""
