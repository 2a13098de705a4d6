"""Takes articles in, once each, and publishes them."""
