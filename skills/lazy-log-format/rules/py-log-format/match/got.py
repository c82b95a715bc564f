import logging

log = logging.getLogger(__name__)


def got(rows, n):
    log.debug(f"got {n} of {rows.total} rows")
    return rows
