"""Building a data set: new classes, pictures from files, clipboard and camera, labels by keys."""
