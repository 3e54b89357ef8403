"""The HTTP API, version 1: a table of endpoints, from which both the routes and the OpenAPI document are made."""
