"""How a process lives: settings, logs, metrics, health, and the stream worker."""
