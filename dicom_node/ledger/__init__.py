"""What the node knows and must not forget: images, readings, documents, deliveries, and what was put aside."""
