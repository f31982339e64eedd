"""The studio's own controls; each module has one subject."""
