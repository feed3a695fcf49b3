"""Stock, purchasing, finance with the shipped forms, on both databases."""
