"""Reading events from files: NDJSON holds whole events; CSV and Parquet hold payloads as rows.

`open_source` picks the reader by the file's name. A `Source` yields `Candidate`s, each with the
line or row it came from and either a JSON value for `event_from_json` or what is wrong with it;
it also knows how far it has come, for a progress bar.
"""

from headrace.files.columns import Mapper
from headrace.files.sources import Candidate, Source, open_source

__all__ = ["Candidate", "Mapper", "Source", "open_source"]
