import logging

log = logging.getLogger(__name__)


def got(n, row):
    log.info('%s %% of {all}: %r', n, row.name)
