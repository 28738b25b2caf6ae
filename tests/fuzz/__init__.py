"""Many decoded at once against one by one, over batches of sound and mutilated records.

`python -m tests.fuzz --batches 100000` draws and checks; it prints its seed, by which it can be
repeated, and ends with an error at the first difference.
"""
