"""What watches the node, put together; what a configuration does not ask for is not imported."""
