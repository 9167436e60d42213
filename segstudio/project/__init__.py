"""The project folder on disk: manifest, photo list, split, undo history, lock, runs."""
