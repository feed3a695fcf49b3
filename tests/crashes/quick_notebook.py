"""Stands in for the process that executes a notebook: the same files, in a fifth of a second."""

import json
import sys
import time
from pathlib import Path

cell = {
    "cell_type": "code",
    "metadata": {"tags": ["headline"]},
    "source": "",
    "id": "a",
    "execution_count": 1,
    "outputs": [{"output_type": "stream", "name": "stdout", "text": ["40 pieces"]}],
}
book = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
out = Path(sys.argv[sys.argv.index("source.ipynb") + 1])
for part in range(2):
    out.write_text(book[: len(book) // 2 * (part + 1)] if part == 0 else book)
    time.sleep(0.1)
