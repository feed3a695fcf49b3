"""Systems outside: channels, carriers, payments, messages."""
