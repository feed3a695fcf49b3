"""What the product promises of its speed, measured against bare drivers in one run."""
