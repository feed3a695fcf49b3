"""How well the assistant reads: a set of questions with the call that each should make, and what came out."""
