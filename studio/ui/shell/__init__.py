"""What every pane shares: top bar, rail and strip around the content."""
