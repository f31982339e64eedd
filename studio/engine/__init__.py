"""The processes that compute, and how to talk to them."""
