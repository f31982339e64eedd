"""Networks: from scratch, pretrained, their weights and their layer tables."""
