"""The Data pane: classes, pictures, what the network sees, split and problems."""
