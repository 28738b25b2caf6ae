"""The events that benchmarks use: real types of the catalog, encoded once and patched many times.

A `Shape` gives records for Kafka, rows for COPY and flat JSON of the same events, a few
microseconds each, all with fresh UUIDv7 ids and times of now.
"""

from benchmarks.shapes import samples
from benchmarks.shapes.shape import Produced, Sample, Shape, make_shape

__all__ = ["Produced", "Sample", "Shape", "make_shape", "samples"]
