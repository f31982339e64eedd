"""How a network is trained: recipe, loop, checkpoints, best epoch."""
