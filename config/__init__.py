"""Configuration: TOML read once at start into frozen settings. Nothing below this package reads the environment."""
