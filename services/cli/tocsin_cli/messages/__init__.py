"""What arrives in the demo inbox, read as a person would: subject, text, HTML. Pure."""
