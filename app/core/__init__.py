"""What every layer speaks: words, people, time, money, errors, expressions. Knows no form, table or web."""
