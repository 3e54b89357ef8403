"""What comes in and what the models say of it, beside what both were where the models were validated."""
