"""The Model pane: cards of networks, and the chosen one in detail."""
