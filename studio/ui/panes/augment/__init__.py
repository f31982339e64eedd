"""The Augment pane: compose a policy and see what it makes of one's own pictures."""
