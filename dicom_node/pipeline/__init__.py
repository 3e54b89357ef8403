"""From images to answers at their destinations: when a study is complete, what is done then, and what when it fails."""
