"""Server-sent events (HTML Living Standard 9.2): a page that somebody looks at is told of what is new."""
