import logging

log = logging.getLogger(__name__)


def got(n):
    log.debug(f"got")
