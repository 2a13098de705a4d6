"""Where a matcher keeps its snapshot."""
