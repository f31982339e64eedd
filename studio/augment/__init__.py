"""Pictures varied at random while a network trains. imgaug is imported only where it is built."""
