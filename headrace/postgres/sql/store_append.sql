SELECT repeated, xids, sequences, versions
FROM store.append(
    %(stream_ids)b::uuid[], %(stream_types)b::text[], %(expected)b::integer[],
    %(event_streams)b::integer[], %(event_ids)b::uuid[], %(event_types)b::text[],
    %(timestamps)b::timestamp[], %(sources)b::text[], %(schema_versions)b::text[],
    %(payloads)b::text[]::jsonb[], %(metadatas)b::text[]::jsonb[]
)
