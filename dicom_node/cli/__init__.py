"""The command line: one file per subcommand. What is slow to import is imported where a command runs."""
