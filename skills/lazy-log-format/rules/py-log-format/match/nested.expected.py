import logging

log: logging.Logger = logging.getLogger(__name__)


def run(jobs):
    def one(job):
        log.debug("%s", job.id)
        return job.go()

    return [one(job) for job in jobs]
