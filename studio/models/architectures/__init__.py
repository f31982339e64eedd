"""One file a family of networks; each registers itself with ``studio.models.registry``."""
