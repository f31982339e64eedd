"""Pictures and their labels: formats, problems, splits and the one preprocessing."""
