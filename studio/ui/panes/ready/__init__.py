"""Ready data sets: the page, its rows, and the downloads behind them."""
