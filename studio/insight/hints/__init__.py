"""What the pictures themselves say about augmentation, before anything was trained."""
