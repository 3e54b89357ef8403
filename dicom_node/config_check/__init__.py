"""Is a configuration good? What `check-config` says of a file, and the console of a pasted text."""
