"""Files in: mapping, cleaning, preview, run, undo."""
