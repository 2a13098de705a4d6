"""Compile the kernel and keep the code, so that no start has to: for images, and for ``make``."""

from tocsin.matching.presearch.choice import presearcher, warm


warm(presearcher())
