"""The REST API: one file a resource (publish, query, health), thin over the library.

`api.app.build(settings)` wires everything and returns the FastAPI application; nothing is wired at
import. Requests pass correlation (the id arrives, is logged and leaves), authentication (bearer
token), limits (bytes and counts) and then their resource; every refusal is a problem document.
This package imports nothing itself, so that `headrace --help` (which loads `api.cli`) stays quick.
"""
