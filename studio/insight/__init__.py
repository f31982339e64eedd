"""What a network does: predictions, metrics, filters, activations."""
