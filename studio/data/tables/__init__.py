"""Labels in tables beside pictures: delimited text and JSON, its columns, rows and cells."""
