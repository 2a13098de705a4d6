"""What ``tocsin push`` decides: what a file holds, how it is cut, when to try again. Pure."""
