-- As store_read_all, but no more rows than have so many bytes of JSON; the first in any case.
SELECT {names} FROM (
    SELECT r.*, sum(octet_length(r.payload) + octet_length(r.metadata)) OVER (
        ORDER BY r.xid, r.sequence ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) - octet_length(r.payload) - octet_length(r.metadata) AS before
    FROM ({all}) AS r ({names})
) AS e
WHERE before < %(bytes)s
ORDER BY xid, sequence
