"""The command's own doings: processes, ports, files, mail, ingest's API."""
