import logging

log = logging.getLogger(__name__)


def got(n, row):
    log.info(f'{n} % of {{all}}: {row.name!r}')
