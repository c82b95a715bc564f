import logging

LOGGER = logging.getLogger("shop")


class Index:
    def build(self, words):
        for word in words:
            # each
            LOGGER.info(f"word {word}")  # told
            self.add(word)
