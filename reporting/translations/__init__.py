"""The words of the narrative, one TOML file a language; reporting/translation.py reads and checks them."""
