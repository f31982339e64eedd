"""The page "Statistics" of the Data pane: what the data set looks like in plots."""
