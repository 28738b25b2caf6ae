"""Each DreamScape service as a class with its own methods, generated from the catalog."""
