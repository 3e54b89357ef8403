"""The impression in a phrase model's words, and the checker that throws them away unless they say what was found."""
