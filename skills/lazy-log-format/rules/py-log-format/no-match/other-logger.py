from loguru import logger as log


def got(n):
    log.debug(f"got {n}")
