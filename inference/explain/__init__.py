"""Where a model saw what it saw: heat maps and boxes in the coordinates of the stored image."""
