"""Words that every room shares. Imports nothing else of the studio."""
