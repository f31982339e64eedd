"""The only door between the window and computation: messages, and a handle on a worker."""
