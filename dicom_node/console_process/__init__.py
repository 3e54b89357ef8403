"""The process that the web console runs in: what it is put together of, and how the node keeps it alive."""
