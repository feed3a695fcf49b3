"""What pages show, worked out from the office as plain values; no Reflex here."""
