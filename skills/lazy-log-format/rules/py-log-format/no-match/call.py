import logging

log = logging.getLogger(__name__)


def got(rows):
    log.debug(f"got {len(rows)}")
