"""How a question is read without a language model: numbers, dates, names, cues; one reading or a question back."""
