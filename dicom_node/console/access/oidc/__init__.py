"""OpenID Connect: people log in with a provider of identities, by the code flow with PKCE."""
