"""Many events of one schema at once: from Avro bodies to a frame, without a Python object a record.

`ColumnarDecoder` decodes what is certain to mean the same as on the row path and hands the rest
back, to be decoded record by record: a body that does not decode, a value that only the row path
may judge, a schema of a kind that is not on the list (`plan`). The row path alone says why a record
is poison. Guards: after each body stands a random mark that must come out again (`container`), and
a watch ends a process whose native decoder hangs (`watch`).
"""

from headrace.codec.columnar.decoder import ENVELOPE_COLUMNS, ColumnarDecoder, DecodedColumns
from headrace.codec.columnar.watch import NativeWatch

__all__ = ["ENVELOPE_COLUMNS", "ColumnarDecoder", "DecodedColumns", "NativeWatch"]
