import logging

log = logging.getLogger(__name__)


def got(n, w):
    log.debug(f"got {n:{w}}")
