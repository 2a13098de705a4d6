"""When to try again, what to call a delivery; pure."""
