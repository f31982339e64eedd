"""Data sets that are published and may be fetched by a program."""
