import logging

log = logging.getLogger(__name__)


def got(rows, n):
    log.debug("got %s of %s rows", n, rows.total)
    return rows
