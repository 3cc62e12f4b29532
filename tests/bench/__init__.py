"""`make bench`: what the product does in a second of CPU, beside a named peer, measured in one run."""
