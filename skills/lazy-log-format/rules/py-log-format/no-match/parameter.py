import logging

log = logging.getLogger(__name__)


def got(log, n):
    log.debug(f"got {n}")
