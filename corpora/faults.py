"""Faults of what a user handed in: one sentence in Chinese and in English."""


class Unusable(ValueError):
    """Input that cannot be used; the text is English, `message` gives either language."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(en)

    def __reduce__(self) -> tuple[type["Unusable"], tuple[str, str]]:
        # As pickle needs it: what a worker process raises reaches the one that asked.
        return type(self), (self.zh, self.en)

    def message(self, lang: str = "zh") -> str:
        """The sentence in one language."""
        return self.en if lang == "en" else self.zh
