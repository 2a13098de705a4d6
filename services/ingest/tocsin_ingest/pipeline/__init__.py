"""The way of every article, whichever door it came in by."""
